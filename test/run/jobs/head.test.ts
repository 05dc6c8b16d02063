import {createHash} from 'node:crypto';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {MINUTE} from '../../../src/base/duration.ts';
import {fakeFeishu} from '../../helpers/fake-api.ts';
import {clockAt, createWorkspace, rowsOf, start, type Workspace} from './workspace.ts';

const calls = {source: 'feishu-openapi', dir: 'calls', since: '6h', overlap: '0s'};

/** An archive of two runs, and the lines of its manifest. */
async function archive(): Promise<{workspace: Workspace; lines: string[]}> {
	const workspace = await createWorkspace({calls}, {fetch: fakeFeishu([...rowsOf(6), {id: 'next', time: start / 1000 + 60}]).fetch});
	await workspace.run(['run'], {clock: clockAt()});
	await workspace.run(['run'], {clock: clockAt(10 * MINUTE)});
	return {workspace, lines: (await workspace.read('calls/manifest.ndjson')).trimEnd().split('\n')};
}

async function findings(workspace: Workspace): Promise<Array<[kind: string, line: number]>> {
	const {stdout} = await workspace.run(['verify', 'calls', '--format', 'json']);
	return (JSON.parse(stdout) as {findings: Array<{kind: string; line: number}>}).findings.map(({kind, line}) => [kind, line]);
}

const write = ({dir}: Workspace, lines: readonly string[]) => {
	writeFileSync(join(dir, 'calls/manifest.ndjson'), lines.map(line => `${line}\n`).join(''));
};

it('is kept with the last run and in the summary, as verify names it', async () => {
	const {workspace, lines} = await archive();
	const head = {line: lines.length - 1, sha256: createHash('sha256').update(lines.at(-1) ?? '').digest('hex')};
	expect(JSON.parse(await workspace.read('calls/last-run.json'))).toMatchObject({head});
	expect(JSON.parse((await workspace.run(['verify', 'calls', '--format', 'json'])).stdout)).toMatchObject({head, findings: []});
});

it('tells of newest lines that were taken away together with their segments; the next run reads them again', async () => {
	const {workspace, lines} = await archive();
	const {file} = JSON.parse(lines.at(-1) ?? '') as {file: string};
	rmSync(join(workspace.dir, 'calls', file));
	write(workspace, lines.slice(0, -1));
	expect(await findings(workspace)).toEqual([['head', lines.length - 1]]);
	await workspace.run(['run'], {clock: clockAt(11 * MINUTE)});
	expect(await findings(workspace)).toEqual([]);
	expect(await workspace.ids('calls')).toContain('next');
});

it('tells of a newest line that was altered', async () => {
	const {workspace, lines} = await archive();
	const last = lines.at(-1) ?? '';
	write(workspace, lines.toSpliced(-1, 1, last.replace(/"at":"[^"]+"/, '"at":"2026-11-20T12:10:07Z"')));
	expect(await findings(workspace)).toEqual([['head', lines.length - 1]]);
});

it('asks for no more lines than there were when the last run ended', async () => {
	const {workspace, lines} = await archive();
	const lastRun = await workspace.read('calls/last-run.json');
	await workspace.run(['run'], {clock: clockAt(20 * MINUTE)});
	expect((await workspace.read('calls/manifest.ndjson')).split('\n').length).toBeGreaterThan(lines.length + 1);
	writeFileSync(join(workspace.dir, 'calls/last-run.json'), lastRun);
	expect(await findings(workspace)).toEqual([]);
});
