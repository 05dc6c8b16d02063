import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {sandboxCommand} from '../../../src/commands/sandbox.ts';
import {InterruptedError, UsageError} from '../../../src/base/errors.ts';
import {Masker} from '../../../src/json/secrets/masker.ts';
import {faultList} from '../../../src/sandbox/faults/list.ts';
import {memoryStream, runCommand} from '../../helpers/context.ts';
import {noon} from '../client.ts';

async function directory(files: Readonly<Record<string, string>> = {}): Promise<string> {
	const path = await mkdtemp(join(tmpdir(), 'faults-'));
	onTestFinished(async () => rm(path, {recursive: true}));
	for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
	return path;
}

function run(options: Parameters<typeof sandboxCommand>[0], cwd = '/') {
	const controller = new AbortController();
	const [stdout, stderr] = [memoryStream(), memoryStream()];
	const running = sandboxCommand({port: '0', rate: 'off', ...options}, {
		stdout, stderr, cwd, masker: new Masker(), now: () => noon, sleep: async () => undefined, signal: controller.signal,
	});
	return {running, stdout, stderr, stop: async () => {
		controller.abort(new InterruptedError('SIGINT'));
		await running;
	}};
}

const notServed = async () => {
	throw new Error('no request was expected');
};

it('lists what there is and ends', async () => {
	const {code, stdout, stderr} = await runCommand(['sandbox', '--faults', 'list'], {fetch: notServed});
	expect([code, stderr]).toEqual([0, '']);
	expect(stdout).toBe(faultList());
});

it('says which rules are on, and each fault that is done', async () => {
	const cwd = await directory({'faults.yaml': 'seed: 3\nrules:\n  - {fault: status, status: 502, requests: "2-"}\n'});
	const {stdout, stderr, stop} = run({faults: 'faults.yaml'}, cwd);
	await expect.poll(() => stdout.text()).toContain('# Faults are on');
	expect(stdout.text()).toMatch(/\n# Faults are on \(--fault-seed 3\), of these rules the first that is due:\n#   status 502 \(requests 2-\)\n$/);
	const url = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout.text())?.[0] ?? '';
	const answers = [await fetch(`${url}/a?secret=1`), await fetch(`${url}/b%1B?secret=2`, {method: 'POST'})];
	expect(answers.map(({status}) => status)).toEqual([404, 502]);
	expect(stderr.text()).toBe('fault: request 2 POST /b%1B: status 502\n');
	await stop();
});

it('takes a preset, and a seed in place of its own', async () => {
	const {stdout, stop} = run({faults: 'flaky', faultSeed: '42'});
	await expect.poll(() => stdout.text()).toContain('# Faults are on (--fault-seed 42)');
	expect(stdout.text()).toContain('#   hang for 2s (probability 0.02)\n');
	await stop();
});

it.each([
	[{faults: 'flakey'}, 'there is no preset and no file "flakey", did you mean "flaky"?'],
	[{faults: 'rules.js'}, 'rules.js is neither JSON nor YAML'],
	[{faults: 'broken.json'}, 'broken.json:1: not valid JSON'],
	[{faults: 'wrong.json'}, 'wrong.json: rules[0].fault: unknown fault, did you mean "reset"?'],
	[{faults: '.'}, '--faults: . '],
	[{faults: 'flaky', faultSeed: 'x'}, '--fault-seed: "x"'],
	[{faultSeed: '1'}, '--fault-seed: there are no faults'],
])('refuses %o', async (options, problem) => {
	const {running} = run(options, await directory({'broken.json': '{"rules": [\n', 'wrong.json': '[{"fault": "resett"}]'}));
	await expect(running).rejects.toThrow(UsageError);
	await expect(running).rejects.toThrow(problem);
});
