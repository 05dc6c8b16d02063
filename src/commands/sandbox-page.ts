import type {Sandbox} from '../sandbox/options.ts';
import {sources} from '../sources/index.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors, type VendorName} from '../vendors/index.ts';

/**
 * What `sandbox` tells its user: where it listens, and what to set and run to export from it. Everything but the
 * settings stands in comments, so a POSIX shell can read the page as it is.
 */
export function sandboxPage(url: string, credentials: Sandbox['credentials']): string {
	const definitions = Object.values<SourceDefinition>(sources);
	const settings = [...new Set<VendorName>(definitions.map(({vendor}) => vendor))].flatMap(vendor => [
		`export ${vendors[vendor].env.appId}=${credentials[vendor].appId}`,
		`export ${vendors[vendor].env.appSecret}=${credentials[vendor].appSecret}`,
	]);
	return [
		`# The sandbox stands in for the remote APIs at ${url} (Ctrl+C ends it).`,
		'# In another terminal, set its credentials (they are good for nothing else):',
		...settings,
		'# and export from it:',
		...definitions.map(({name}) => `#   audit-export ${name} --base-url ${url} --since 1h --limit 20`),
		'',
	].join('\n');
}
