// The notices of the packages that the bundle holds: their licences ask for them wherever the code goes.
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** Licences that ask for nothing but their notice. */
const allowed = new Set(['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0', 'CC0-1.0', 'Unlicense', 'Python-2.0']);

/** How the files are called that hold licences and what goes with them. */
const noticeFile = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * The directories of the packages that an esbuild metafile finds in its outputs, relative to where it was made.
 * @param {import('esbuild').Metafile} metafile
 * @returns {string[]}
 */
export function bundledPackages(metafile) {
	const packages = new Set();
	for (const {inputs} of Object.values(metafile.outputs)) {
		for (const [path, {bytesInOutput}] of Object.entries(inputs)) {
			const directory = /^.*(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
			if (directory !== undefined && bytesInOutput > 0) packages.add(directory);
		}
	}
	return [...packages];
}

/**
 * Name, version, licence and notices of packages, as text.
 * @param {string[]} directories of the packages, relative to `root`
 * @param {string} root
 * @throws Error for a package with a licence that is not known to ask for no more than this, or without its text
 */
export function thirdPartyLicenses(directories, root) {
	const sections = directories.map(directory => {
		const {name, version, license} = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8'));
		const label = `${name} ${version}`;
		if (!allowed.has(license)) throw new Error(`${label} is bundled under the licence ${JSON.stringify(license)}, which scripts/third-party-licenses.js does not allow`);
		const notices = readdirSync(join(root, directory)).filter(file => noticeFile.test(file)).toSorted();
		const texts = notices.map(file => readFileSync(join(root, directory, file), 'utf8').replaceAll('\r\n', '\n').trim());
		// Some publish the licence's name alone. Of MIT the text is known: it is that of this project, too.
		if (notices.length === 0 && license === 'MIT') texts.push(mitText(`the authors of ${name}`));
		if (texts.length === 0) throw new Error(`${label} is bundled, and has no licence file to go with it`);
		return {label, text: `${label} (${license})\n${'-'.repeat(72)}\n${texts.join('\n\n')}\n`};
	});
	const unique = [...new Map(sections.map(({label, text}) => [label, text]))].toSorted(([a], [b]) => a < b ? -1 : 1);
	return `audit-export contains the following packages.\n\n${unique.map(([, text]) => text).join(`\n${'='.repeat(72)}\n`)}`;
}

/** This project's licence, with other holders. */
function mitText(holders) {
	const text = readFileSync(join(import.meta.dirname, '../LICENSE'), 'utf8').trim();
	if (!/^MIT License\n\nCopyright .*\n/.test(text)) throw new Error('LICENSE is not the MIT License any more');
	return text.replace(/^Copyright .*$/m, `Copyright (c) ${holders}`);
}
