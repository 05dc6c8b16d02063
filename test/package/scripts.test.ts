import {execFile, spawnSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, it} from 'vitest';
import {temporaryDirectory} from '../cli/exporter.ts';
import {bundled, root} from './lock.ts';

/** What the build writes for one package that is bundled. */
async function notices(manifest: object, files: Readonly<Record<string, string>> = {LICENSE: 'Do as you like.'}): Promise<string> {
	const directory = temporaryDirectory();
	mkdirSync(join(directory, 'node_modules/thing'), {recursive: true});
	for (const [name, text] of Object.entries({...files, 'package.json': JSON.stringify({name: 'thing', version: '1.2.3', ...manifest})})) writeFileSync(join(directory, 'node_modules/thing', name), text);
	const code = `import {bundledPackages, thirdPartyLicenses} from ${JSON.stringify(`${root}/scripts/third-party-licenses.js`)};
const inputs = {'src/a.ts': {bytesInOutput: 1}, 'node_modules/thing/lib/a.js': {bytesInOutput: 9}, 'node_modules/unused/a.js': {bytesInOutput: 0}};
process.stdout.write(thirdPartyLicenses(bundledPackages({outputs: {'dist/cli.js': {inputs}}}), ${JSON.stringify(directory)}));`;
	const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
	return stdout;
}

describe('the licences of what is bundled', () => {
	it('are written with name and version', async () => {
		expect(await notices({license: 'MIT'}, {LICENSE: 'Do as you like.\r\n', 'NOTICE.txt': 'By Thing.', 'license.js': ''})).toMatch(/\nthing 1\.2\.3 \(MIT\)\n-+\nDo as you like\.\n\nBy Thing\.\n/);
	});

	it('fail the build where they ask for more than a notice, or have no text', async () => {
		await expect(notices({license: 'GPL-3.0-only'})).rejects.toThrow(/thing 1\.2\.3 is bundled under the licence "GPL-3\.0-only"/);
		await expect(notices({})).rejects.toThrow(/thing 1\.2\.3 is bundled under the licence undefined/);
		await expect(notices({license: 'BSD-3-Clause'}, {})).rejects.toThrow(/thing 1\.2\.3 is bundled, and has no licence file/);
	});

	it('are written out where a package names the MIT License and holds no text', async () => {
		expect(await notices({license: 'MIT'}, {})).toMatch(/\nMIT License\n\nCopyright \(c\) the authors of thing\n\nPermission is hereby granted/);
	});
});

describe('the audit', () => {
	const judge = (report: object) => {
		const {status, stdout} = spawnSync(process.execPath, [join(root, 'scripts/judge-audit.js')], {input: JSON.stringify(report), encoding: 'utf8'});
		return {status, stdout};
	};
	const vulnerability = (name: string, via: unknown[] = [{title: 'Bad things', severity: 'high', url: 'https://advisories.example/1'}]) => ({[name]: {name, via, nodes: [`node_modules/${name}`]}});

	it('fails for what users get, and tells what the tools have', () => {
		expect(bundled().some(label => label.startsWith('commander '))).toBe(true);
		expect(judge({vulnerabilities: {...vulnerability('commander'), ...vulnerability('esbuild')}})).toEqual({
			status: 1,
			stdout: 'npm audit: in the package: commander: high: Bad things https://advisories.example/1\nnpm audit: in the tools: esbuild: high: Bad things https://advisories.example/1\n',
		});
		expect(judge({vulnerabilities: vulnerability('@napi-rs/keyring')}).status).toBe(1);
	});

	it('passes where there is nothing, or only tools that have something', () => {
		expect(judge({vulnerabilities: {}})).toEqual({status: 0, stdout: 'npm audit: no known vulnerability in the package\n'});
		expect(judge({vulnerabilities: {...vulnerability('vitest'), ...vulnerability('commander', ['vitest'])}}).status).toBe(0);
	});

	it('says that nothing was checked where the registry takes no audits', () => {
		expect(judge({message: '405 Method Not Allowed', statusCode: 405})).toEqual({status: 0, stdout: 'npm audit: NOT CHECKED, the registry does not answer: 405 Method Not Allowed\n'});
	});

	it('fails for what it does not understand', () => {
		expect(judge({}).status).toBe(1);
	});
});
