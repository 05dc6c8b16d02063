import {expect, it} from 'vitest';
import type {OpenJob} from '../../../src/run/jobs/open-job.ts';
import {SharedBudgets} from '../../../src/run/jobs/shared-budgets.ts';
import {worstExitCode} from '../../../src/run/jobs/run-summary.ts';
import type {ExitCode} from '../../../src/base/errors.ts';
import {feishuBehavior} from '../../../src/sources/feishu-behavior.ts';
import {feishuOpenapi} from '../../../src/sources/feishu-openapi.ts';
import type {SourceDefinition} from '../../../src/sources/types.ts';
import {VirtualClock} from '../../helpers/virtual-clock.ts';

function job(name: string, {source = feishuOpenapi, baseUrl = 'https://open.feishu.cn', requests = 100, ...app}: {
	source?: SourceDefinition; baseUrl?: string; appId?: string | undefined; requests?: number;
} = {}): OpenJob {
	const {appId} = {appId: 'cli_a', ...app};
	return {job: {name}, opened: {source, baseUrl}, appId, limit: {requests, perMs: 60_000}} as unknown as OpenJob;
}

function createBudgets(): SharedBudgets {
	const {now, sleep} = new VirtualClock();
	return new SharedBudgets({monotonic: now, sleep});
}

const names = (budgets: SharedBudgets, jobs: readonly OpenJob[]) => budgets.group(jobs).map(group => group.jobs.map(({job: {name}}) => name));

it('is shared by the jobs of one app that ask one API at one place, in their order', () => {
	const budgets = createBudgets();
	expect(names(budgets, [
		job('calls'), job('other place', {baseUrl: 'https://open.larksuite.com'}), job('more calls'), job('other app', {appId: 'cli_b'}), job('other API', {source: feishuBehavior}),
	])).toEqual([['calls', 'more calls'], ['other place'], ['other app'], ['other API']]);
});

it('takes apps that are not known for the same', () => {
	expect(names(createBudgets(), [job('a', {appId: undefined}), job('b', {appId: undefined})])).toEqual([['a', 'b']]);
});

it('has the most careful limit, and stays the same from round to round', () => {
	const budgets = createBudgets();
	const [first] = budgets.group([job('a'), job('b', {requests: 20})]);
	expect(first?.budget.limit.requests).toBe(20);
	const [again] = budgets.group([job('a')]);
	expect(again?.budget).toBe(first?.budget);
	const [slower] = budgets.group([job('a'), job('c', {requests: 5})]);
	expect(slower?.budget.limit.requests).toBe(5);
});

it.each<[ExitCode[], ExitCode]>([[[], 0], [[0, 6], 6], [[6, 7, 0], 7], [[7, 4], 4], [[4, 1], 1], [[3, 1], 3], [[2, 3], 2], [[5, 2, 6], 5], [[143, 5], 143]])('of exit codes %j, %i is the worst', (codes, worst) => {
	expect(worstExitCode(codes)).toBe(worst);
});
