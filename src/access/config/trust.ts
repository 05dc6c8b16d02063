import {UsageError} from '../../base/errors.ts';
import {vendors} from '../../sources/vendors/index.ts';
import type {LoadedConfig} from './load.ts';

const vendorHosts: ReadonlySet<string> = new Set(Object.values(vendors).flatMap(({hosts}) => Object.values<string>(hosts)));

/**
 * Makes sure that a setting which sends credentials to a place stands in a file that the user has chosen, unless the place
 * is a vendor's own. A file that merely lay in the working directory, a shared or a downloaded one, could have what the
 * environment or a session holds sent to anybody; on this machine, to whoever listens there.
 * @param setting its path in the file
 * @throws UsageError
 */
export function requireTrustedPlace({isTrusted, path}: LoadedConfig, setting: string, baseUrl: string): void {
	if (!isTrusted && !vendorHosts.has(baseUrl)) throw untrusted(path, setting);
}

/** As `requireTrustedPlace`, for a setting that decides what credentials are used for on a host. @throws UsageError */
export function requireTrustedPath({isTrusted, path}: LoadedConfig, setting: string): void {
	if (!isTrusted) throw untrusted(path, setting);
}

/** As `requireTrustedPlace`, for a job whose records are to be removed. @throws UsageError */
export function requireTrustedJob({isTrusted, path}: LoadedConfig, job: string): void {
	if (isTrusted) return;
	throw new UsageError(`${path}: jobs.${job} would have records removed, and the file was only found in the current directory`, {
		hint: trustIt,
	});
}

function untrusted(path: string | undefined, setting: string): UsageError {
	return new UsageError(`${path}: ${setting} says where credentials go, and the file was only found in the current directory`, {
		hint: trustIt,
	});
}

/** What to do about a configuration that was only found. */
export const trustIt = 'if you trust that file, name it with --config or AUDIT_EXPORT_CONFIG, or move it to your configuration directory';
