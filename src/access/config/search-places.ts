import {homedir} from 'node:os';
import {isAbsolute, join, resolve} from 'node:path';
import envPaths from 'env-paths';

const name = 'audit-export';

const searchPlaces = [
	...['json', 'yaml', 'yml'].map(extension => `${name}.config.${extension}`),
	`.${name}rc`,
	...['json', 'yaml', 'yml'].map(extension => `.${name}rc.${extension}`),
];

export interface SearchPlace {
	readonly path: string;
	/** Whether the file is in the user's own configuration directory rather than wherever the program was started. */
	readonly isUsers: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Every file that may be the configuration, best first: the working directory's, then the user's. */
export function configSearchPlaces({env, cwd, configDir}: {env: Environment; cwd: string; configDir?: string | undefined}): SearchPlace[] {
	const usersDir = resolve(configDir ?? userConfigDir(env));
	const usersNames = [...searchPlaces, 'config.json', 'config.yaml', 'config.yml'];
	return [
		...searchPlaces.map(place => ({path: join(cwd, place), isUsers: resolve(cwd) === usersDir})),
		...usersNames.map(place => ({path: join(usersDir, place), isUsers: true})),
	];
}

/** The user's configuration directory of this program. `XDG_CONFIG_HOME` decides on every platform when it is absolute. */
export function userConfigDir(env: Environment): string {
	const base = env['XDG_CONFIG_HOME'];
	return base !== undefined && isAbsolute(base) ? join(base, name) : envPaths(name, {suffix: ''}).config;
}

/** The path with a leading `~` replaced by the home directory, relative paths starting at `baseDir`. */
export function expandPath(path: string, baseDir: string, env: Environment): string {
	const expanded = /^~(?=$|[/\\])/.test(path) ? join(env['HOME'] || homedir(), path.slice(1)) : path;
	return resolve(baseDir, expanded);
}
