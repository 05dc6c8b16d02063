// A process of its own that serves the sandbox with faults, as a JSON file says; each fault that is done is a line on stderr.
import {readFileSync} from 'node:fs';
import {setTimeout as wait} from 'node:timers/promises';
import type {Sleep} from '../../src/base/context.ts';
import {createSandbox, serveSandbox, type SandboxOptions} from '../../src/sandbox/index.ts';
import {createFaultPlan} from '../faults/catalogue/plan.ts';
import {parseFaults, type RuleDocument} from '../faults/catalogue/schema.ts';
import {serveFaulty} from '../faults/catalogue/serve.ts';

interface Settings {
	readonly port: number;
	readonly seed: number;
	/** Rows per source and day. */
	readonly records: number;
	readonly console: NonNullable<SandboxOptions['console']>;
	readonly order: NonNullable<SandboxOptions['order']>;
	readonly offset: NonNullable<SandboxOptions['offsetCounts']>;
	readonly rules: readonly RuleDocument[];
}

const sleep: Sleep = async (ms, signal) => wait(ms, undefined, {signal});

async function main(file: string): Promise<void> {
	const {port, seed, records, console, order, offset, rules} = JSON.parse(readFileSync(file, 'utf8')) as Settings;
	const plan = rules.length === 0 ? undefined : createFaultPlan(parseFaults({seed, rules}, file), {
		now: () => Date.now(), sleep, seed,
		onFault: ({request, method, path, text}) => process.stderr.write(`fault: request ${request} ${method} ${path}: ${text}\n`),
	});
	const now = plan?.now ?? (() => Date.now());
	const sandbox = createSandbox({now, sleep, seed, recordsPerDay: records, rate: 'off', order, offsetCounts: offset, console});
	const served = plan === undefined ? await serveSandbox(sandbox, {port}) : await serveFaulty(sandbox, plan, port);
	process.once('SIGTERM', () => void served.close());
	process.stdout.write(`# The sandbox stands in for the remote APIs at ${served.url} \n`);
}

void main(process.argv[2] ?? '');
