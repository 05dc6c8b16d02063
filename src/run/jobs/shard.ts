import {createHash} from 'node:crypto';
import {vendorOf} from '../../access/config/profile.ts';
import type {LoadedConfig} from '../../access/config/load.ts';
import {UsageError} from '../../base/errors.ts';
import type {Job} from './select-jobs.ts';

/** One of several machines that share the jobs of one configuration, counted from 0. */
export interface Shard {
	readonly index: number;
	readonly count: number;
}

/**
 * The shard that the command line means: `--shard 3/20`, or `--shards 20` and the index that Kubernetes gives a pod of an
 * Indexed Job in JOB_COMPLETION_INDEX.
 * @returns undefined where there is none, and every job is run here
 * @throws UsageError for an index that is none of the count
 */
export function shardOf(
	{shard, shards}: {shard?: string; shards?: string}, env: Readonly<Record<string, string | undefined>>,
): Shard | undefined {
	if (shard === undefined && shards === undefined) return undefined;
	if (shard !== undefined && shards !== undefined)
		throw new UsageError('--shard and --shards say the same twice', {hint: 'give one of them'});
	const [option, asked] =
		shard === undefined ? ['--shards and JOB_COMPLETION_INDEX', `${env['JOB_COMPLETION_INDEX'] ?? ''}/${shards}`] : ['--shard', shard];
	const [, index = '', count = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(asked) ?? [];
	if (index === '' || Number(index) >= Number(count)) {
		throw new UsageError(`${option}: ${JSON.stringify(asked)} is no shard`, {
			hint: 'write an index and a count, from 0/20 to 19/20; --shards takes the count and reads the index from JOB_COMPLETION_INDEX',
		});
	}
	return {index: Number(index), count: Number(count)};
}

/**
 * The jobs of one shard. Jobs of one app land in one shard, so that one process keeps its budget: an app is its id where
 * the profile spells it out, else the profile. By rendezvous hashing: one shard more moves one job in as many.
 */
export function inShard(jobs: readonly Job[], {index, count}: Shard, {config}: LoadedConfig): Job[] {
	const shards = new Map<string, number>();
	return jobs.filter(({source, profile = config.default_profile}) => {
		const id = profile === undefined ? undefined : config.profiles?.[profile]?.[vendorOf(source)]?.app_id;
		const app = JSON.stringify(typeof id === 'string' ? [vendorOf(source), id] : [profile ?? null]);
		const shard = shards.get(app) ?? heaviest(app, count);
		shards.set(app, shard);
		return shard === index;
	});
}

/** The shard whose hash together with the name is the greatest. */
function heaviest(name: string, count: number): number {
	const weights = Array.from({length: count}, (_, index) => createHash('sha256').update(`${index} ${name}`).digest('hex'));
	return weights.reduce((best, weight, index) => weight > (weights[best] ?? '') ? index : best, 0);
}
