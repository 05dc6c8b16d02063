import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** The checkout, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What the lock file says of a package at its place. */
export interface LockedPackage {
	readonly version?: string;
	readonly dev?: true;
	readonly hasInstallScript?: true;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function read(path: string): unknown {
	return JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));
}

/** The packages of the lock file by their places. */
export const locked = (read('package-lock.json') as {packages: Readonly<Record<string, LockedPackage>>}).packages;

export const manifest = read('package.json') as {
	readonly version: string;
	readonly files: readonly string[];
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly devDependencies: Readonly<Record<string, string>>;
	readonly optionalDependencies: Readonly<Record<string, string>>;
	readonly allowScripts: Readonly<Record<string, boolean>>;
};

/** The packages that the bundle holds, as `name version`, by its notices. */
export function bundled(): string[] {
	const notices = readFileSync(`${root}/dist/THIRD-PARTY-LICENSES.txt`, 'utf8');
	return [...notices.matchAll(/^(\S+ \S+) \(\S+\)\n-{72}$/gm)].map(([, label = '']) => label);
}
