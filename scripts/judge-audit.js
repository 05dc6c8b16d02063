// Reads what `npm audit --json` says. Advisories for what users get (the bundle, and what is installed with it) end with
// exit 1; those for tools of the development are told. A registry that takes no audits leaves nothing to judge, and that is said.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

/** @param {string} line */
const say = line => process.stdout.write(`npm audit: ${line}\n`);
const root = join(import.meta.dirname, '..');
const report = JSON.parse(readFileSync(0, 'utf8'));

if (report.vulnerabilities === undefined) {
	if (report.message === undefined && report.error === undefined) throw new Error('this is not what npm audit writes');
	say(`NOT CHECKED, the registry does not answer: ${report.message ?? report.error.summary ?? report.error.code}`);
} else {
	const {packages} = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
	const bundled = new Set([...readFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8').matchAll(/^(\S+ \S+) \(\S+\)\n-{72}$/gm)].map(([, label]) => label));
	const reachesUsers = ({name, nodes}) => nodes.some(node => packages[node]?.dev !== true || bundled.has(`${name} ${packages[node].version}`));
	for (const vulnerability of Object.values(report.vulnerabilities)) {
		const advisories = vulnerability.via.filter(via => typeof via === 'object');
		// Without one of its own it depends on a package that has.
		if (advisories.length === 0) continue;
		const matters = reachesUsers(vulnerability);
		if (matters) process.exitCode = 1;
		for (const {severity, title, url} of advisories) say(`${matters ? 'in the package' : 'in the tools'}: ${vulnerability.name}: ${severity}: ${title} ${url}`);
	}
	if (process.exitCode === undefined) say('no known vulnerability in the package');
}
