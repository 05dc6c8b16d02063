import {consolePaths} from '../sandbox/console/handler.ts';
import type {Sandbox} from '../sandbox/options.ts';
import {sources} from '../sources/index.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors, type VendorName} from '../vendors/index.ts';

/**
 * What `sandbox` tells its user: where it listens, and what to set and run to export from it. Everything but the
 * settings stands in comments, so a POSIX shell can read the page as it is.
 */
export function sandboxPage(url: string, {credentials, places, consolePassword}: Pick<Sandbox, 'credentials' | 'places' | 'consolePassword'>): string {
	const definitions = Object.values<SourceDefinition>(sources);
	const settings = [...new Set<VendorName>(definitions.map(({vendor}) => vendor))].flatMap(vendor => [
		`export ${vendors[vendor].env.appId}=${credentials[vendor].appId}`,
		`export ${vendors[vendor].env.appSecret}=${credentials[vendor].appSecret}`,
	]);
	const placeSettings = [...new Set(definitions.flatMap(({vendor, options}) => Object.values(options).flatMap(({in: where, env, parameter}) =>
		where === 'path' && env !== undefined ? [`export ${env}=${places[vendor][parameter] ?? ''}`] : [])))];
	const signIns = [...new Set(definitions.filter(({auth}) => auth === 'user').map(({vendor}) => `#   audit-export auth login ${vendor} --base-url ${url}`))];
	return [
		`# The sandbox stands in for the remote APIs at ${url} (Ctrl+C ends it).`,
		'# In another terminal, set its credentials (they are good for nothing else):',
		...settings,
		...placeSettings,
		'# and export from it:',
		...signIns,
		...definitions.map(({name}) => `#   audit-export ${name} --base-url ${url} --since 1h --limit 20`),
		`# Its developer console: ${url}${consolePaths.log(credentials.feishu.appId)} (any user name, password ${consolePassword})`,
		'',
	].join('\n');
}
