// Bundles the program: start-up time is felt in every pipe and cron line. Run by `npm run build` and once on install.
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {build} from 'esbuild';
import {manualPage} from './man.js';
import {billOfMaterials} from './sbom.js';
import {bundledPackages, thirdPartyLicenses} from './third-party-licenses.js';

const root = join(import.meta.dirname, '..');
const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @satisfies {import('esbuild').BuildOptions} */
const options = {
	absWorkingDir: root,
	bundle: true,
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	minifySyntax: true,
	minifyWhitespace: true,
	legalComments: 'none',
	// Cosmiconfig could load a configuration written in TypeScript; configurations are never code here.
	external: ['@napi-rs/keyring', 'typescript'],
	// Packages that are CommonJS ask for Node's modules by it.
	banner: {js: "import {createRequire} from 'node:module';const require=createRequire(import.meta.url);"},
	define: {packageVersion: JSON.stringify(version)},
	logLevel: 'warning',
};
const {outputFiles, metafile} = await build({
	...options,
	entryPoints: {cli: 'src/cli.ts'},
	outdir: 'dist',
	chunkNames: 'chunks/[name]-[hash]',
	splitting: true,
	write: false,
	metafile: true,
});
const packages = bundledPackages(metafile);
const files = [
	...outputFiles,
	{path: join(root, 'dist/THIRD-PARTY-LICENSES.txt'), contents: Buffer.from(thirdPartyLicenses(packages, root))},
	{path: join(root, 'dist/audit-export.cdx.json'), contents: Buffer.from(billOfMaterials(packages, root))},
	{path: join(root, 'dist/audit-export.1'), contents: Buffer.from(await manualPage({root, version, options}))},
];

// What did not change is not touched, and the rest replaced whole: a run under way may be about to load a chunk.
for (const {path, contents} of files) {
	if (existsSync(path) && readFileSync(path).equals(contents)) continue;
	mkdirSync(dirname(path), {recursive: true});
	const aside = `${path}.${process.pid}`;
	writeFileSync(aside, contents);
	renameSync(aside, path);
}
const current = new Set(files.map(({path}) => path));
for (const entry of readdirSync(join(root, 'dist'), {recursive: true, withFileTypes: true})) {
	const path = join(entry.parentPath, entry.name);
	if (entry.isFile() && !current.has(path) && !/\.\d+$/.test(path)) rmSync(path, {force: true});
}
