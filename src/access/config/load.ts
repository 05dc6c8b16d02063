import type {Stats} from 'node:fs';
import {lstat, readdir} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {systemCode, UsageError} from '../../base/errors.ts';
import {isStrangers, readRegularFile} from '../../base/regular-file.ts';
import {isConfigFileName, parseConfigFile} from './parse-file.ts';
import type {Config} from './schema.ts';
import {configSearchPlaces, type SearchPlace} from './search-places.ts';

const secretKeys = [
	'app_secret', 'tenant_access_token', 'access_token', 'console_cookie', 'console_csrf_token', 'console_authorization',
] as const;

/** The paths of all secrets that are written out in the configuration rather than referred to. */
function literalSecrets(config: Pick<Config, 'profiles'>): string[] {
	return Object.entries(config.profiles ?? {}).flatMap(([profileName, profile]) =>
		(['feishu', 'trae'] as const).flatMap(vendorName => {
			const section: Readonly<Record<string, unknown>> = profile[vendorName] ?? {};
			return secretKeys.filter(key => typeof section[key] === 'string').map(key => `profiles.${profileName}.${vendorName}.${key}`);
		}),
	);
}

export interface LoadConfigOptions {
	/** The value of `--config`; without it `AUDIT_EXPORT_CONFIG` names the file, else it is searched for. */
	readonly explicitPath?: string | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Where the search starts (it does not go further up) and where relative paths start. */
	readonly cwd: string;
	/** The user's configuration directory; default the system's convention for it. */
	readonly configDir?: string | undefined;
}

export interface LoadedConfig {
	readonly config: Config;
	/** The file it came from; undefined when there is none, which is no error. */
	readonly path: string | undefined;
	/** The files of jobs that do not stand in `path` itself but beside it, in `jobs.d`, by the jobs' names. */
	readonly jobFiles?: ReadonlyMap<string, string>;
	/**
	 * Whether the user named the file or keeps it in the own configuration directory. One that merely lay in the working
	 * directory may be anybody's: it names the vendors' own hosts only, runs no commands, and reads neither files elsewhere nor
	 * variables that are not this program's.
	 */
	readonly isTrusted: boolean;
	/** For stderr: secrets in a file that others can read. */
	readonly warnings: readonly string[];
}

/** There is no file. */
export const noConfig: LoadedConfig = {config: {}, path: undefined, isTrusted: false, warnings: []};

interface FoundFile {
	readonly path: string;
	readonly bytes: Buffer;
	/** Whether group or others may read it. */
	readonly isExposed: boolean;
	/** Whether everybody may change it. */
	readonly isOpen: boolean;
	readonly isTrusted: boolean;
}

/**
 * Finds, reads and validates the configuration. It is JSON or YAML and nothing in it or beside it is executed.
 * Throws a `UsageError` when a file that was asked for is missing, when one cannot be read, and for every mistake in it.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
	const found = await findFile(options);
	if (found === undefined) return noConfig;
	const {path, isTrusted} = found;
	// Most runs from cron have no file and need no schema.
	const {validateConfig, validateAdded} = await import('./schema.ts');
	const document = await parseConfigFile(path, found.bytes);
	const added = await Promise.all((await filesBeside(path, isTrusted)).map(async file =>
		({file, more: validateAdded(await parseConfigFile(file.path, file.bytes), file.path)})));
	const own = validateConfig(document, path, added.flatMap(({more}) => Object.keys(more.profiles ?? {})));
	if (added.length === 0) return {config: own, path, isTrusted, warnings: warningsOf(found, own)};
	const config = {...own, profiles: {...own.profiles}, jobs: {...own.jobs}};
	const jobFiles = new Map<string, string>();
	for (const {file, more} of added) {
		addTo(config.profiles, more.profiles, {file: file.path, section: 'profiles'});
		addTo(config.jobs, more.jobs, {file: file.path, section: 'jobs'});
		for (const name of Object.keys(more.jobs ?? {})) jobFiles.set(name, file.path);
	}
	return {
		config, path, jobFiles, isTrusted,
		warnings: [...warningsOf(found, own), ...added.flatMap(({file, more}) => warningsOf(file, more))],
	};
}

/** The files that add jobs and profiles to a configuration: JSON and YAML in `jobs.d` beside it, in the order of their names. */
async function filesBeside(path: string, isTrusted: boolean): Promise<FoundFile[]> {
	const directory = join(dirname(path), 'jobs.d');
	let names: string[];
	try {
		names = await readdir(directory);
	} catch (error) {
		const code = systemCode(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') return [];
		throw new UsageError(`${directory}: cannot be read (${code})`, {hint: 'check its permissions', cause: error});
	}
	const files = await Promise.all(names.toSorted().filter(name => /^[^.].*\.(?:json|ya?ml)$/.test(name))
		.map(async name => readIfPresent({path: join(directory, name), isUsers: isTrusted})));
	return files.filter(file => file !== undefined);
}

/** @throws UsageError for a name that is taken already */
function addTo<Value>(
	all: Record<string, Value>, more: Readonly<Record<string, Value>> = {}, {file, section}: {file: string; section: string},
): void {
	for (const [name, value] of Object.entries(more)) {
		if (Object.hasOwn(all, name)) throw new UsageError(`${file}: ${section}.${name}: another file has one of this name`, {
			hint: 'names are unique over the configuration and its jobs.d',
		});
		all[name] = value;
	}
}

function warningsOf({path, isExposed, isOpen}: FoundFile, config: Pick<Config, 'profiles'>): string[] {
	const exposed = isExposed ? literalSecrets(config) : [];
	const open = `${path}: can be changed by other users, who would decide where credentials go; chmod go-w it`;
	return [
		...(exposed.length === 0 ? [] : [`${path}: holds a secret (${exposed.join(', ')}) and can be read by other users; chmod 600 it`]),
		...(isOpen ? [open] : []),
	];
}

async function findFile(options: LoadConfigOptions): Promise<FoundFile | undefined> {
	const named = options.explicitPath ?? (options.env['AUDIT_EXPORT_CONFIG'] || undefined);
	if (named === undefined) {
		for (const place of configSearchPlaces(options)) {
			const found = await readIfPresent(place);
			if (found !== undefined) return found;
		}
		return undefined;
	}
	const origin = options.explicitPath === undefined ? 'AUDIT_EXPORT_CONFIG' : '--config';
	if (!isConfigFileName(named)) {
		throw new UsageError(`${origin}: ${named} is neither JSON nor YAML`, {
			hint: 'name a .json, .yaml or .yml file; scripts are never run',
		});
	}
	const found = await readIfPresent({path: resolve(options.cwd, named), isUsers: true});
	if (found === undefined)
		throw new UsageError(`${origin}: there is no file ${named}`, {hint: 'check the path; config.example.json is a start'});
	return found;
}

async function readIfPresent({path, isUsers}: SearchPlace): Promise<FoundFile | undefined> {
	try {
		const {bytes, stats: found} = await readRegularFile(path);
		if (!isUsers) refuseOthers(path, [found, await lstat(path)]);
		const hasModes = process.platform !== 'win32';
		return {
			path, bytes, isTrusted: isUsers,
			isExposed: hasModes && (found.mode & 0o044) !== 0, isOpen: hasModes && (found.mode & 0o002) !== 0,
		};
	} catch (error) {
		const code = systemCode(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		if (code === undefined) throw error;
		// Going on without a file that is there would silently run with other settings.
		throw new UsageError(`${path}: cannot be read (${code})`, {hint: 'check that it is a file and its permissions', cause: error});
	}
}

const nameIt = 'if you trust that file, name it with --config or AUDIT_EXPORT_CONFIG';

/**
 * A file that was merely found must be this user's (or the system's), as must a link to it: whoever shares a directory could
 * put one there. @param stats of the file, and of what has its name
 */
function refuseOthers(path: string, [file, link]: readonly [Stats, Stats]): void {
	if (process.geteuid === undefined) return;
	const found = `${path}: was found in the current directory and`;
	if (isStrangers([file, link])) throw new UsageError(`${found} belongs to another user`, {hint: nameIt});
	if ((file.mode & 0o002) !== 0) throw new UsageError(`${found} can be changed by other users`, {hint: `chmod o-w it; or ${nameIt}`});
}
