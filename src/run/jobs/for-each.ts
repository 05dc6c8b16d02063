import type {JobConfig} from '../../access/config/jobs-schema.ts';
import {vendorOf} from '../../access/config/profile.ts';
import type {Config} from '../../access/config/schema.ts';
import {UsageError} from '../../base/errors.ts';
import {nearestText} from '../../base/nearest.ts';

/** What the names match that a pattern stands for: `*` any characters, `?` one. */
export function patternOf(name: string): RegExp {
	return new RegExp(`^${name.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

/**
 * A job of the configuration, or the jobs that it stands for: one for each profile that `for_each` means, with its name in
 * place of `{profile}`. All profiles are those that say something of the source's vendor.
 * @param key the job's name in the configuration
 * @throws UsageError for a profile that is not there, a pattern that no profile matches, and one without the vendor
 */
export function forEach(
	key: string, job: JobConfig, {config, file}: {config: Config; file: string},
): Array<{name: string; key: string; job: JobConfig}> {
	if (job.for_each === undefined) return [{name: key, key, job}];
	const vendor = vendorOf(job.source);
	const profiles = Object.entries(config.profiles ?? {});
	const able = profiles.flatMap(([name, profile]) => profile[vendor] === undefined ? [] : [name]);
	const where = `${file}: jobs.${key}.for_each`;
	const meant = [job.for_each].flat().flatMap(name => {
		if (name === 'profiles') return able;
		const isPattern = /[*?]/.test(name);
		const found = (isPattern ? able : profiles.map(([known]) => known)).filter(known => patternOf(name).test(known));
		if (found.length > 0) return found;
		throw new UsageError(
			isPattern ? `${where}: no profile with ${vendor} in it matches ${JSON.stringify(name)}`
				: `${where}: ${JSON.stringify(name)} is no profile, ${nearestText(name, profiles.map(([known]) => known))}`,
			{hint: 'profiles stand under "profiles" of the configuration, or of a file in its jobs.d'},
		);
	});
	if (meant.length === 0) throw new UsageError(`${where}: no profile has ${vendor} in it`, {hint: 'add one, or take the job away'});
	const missing = meant.find(name => !able.includes(name));
	if (missing !== undefined)
		throw new UsageError(`${where}: the profile ${missing} says nothing of ${vendor}`, {hint: `add "${vendor}" to it, or leave it out`});
	return [...new Set(meant)].map(profile => ({
		name: `${key}@${profile}`, key, job: {...job, profile, dir: job.dir.replaceAll('{profile}', profile)},
	}));
}
