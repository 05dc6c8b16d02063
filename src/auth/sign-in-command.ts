import {shellQuote} from '../formats/shell-quote.ts';
import {feishu} from '../vendors/feishu.ts';

/** What decides which session a command uses. */
export interface SignInTarget {
	readonly baseUrl: string;
	readonly profile?: string | undefined;
	/** The configuration file as it was named. */
	readonly config?: string | undefined;
}

/** The command that signs in, as one types it: `audit-export auth login feishu --host lark`. */
export function signInCommand({baseUrl, profile, config}: SignInTarget): string {
	const [defaultHost] = Object.values(feishu.hosts);
	const host = Object.entries(feishu.hosts).find(([, url]) => url === baseUrl)?.[0];
	return [
		'audit-export auth login feishu',
		...(baseUrl === defaultHost ? [] : host === undefined ? [`--base-url ${quoted(baseUrl)}`] : [`--host ${host}`]),
		...(profile === undefined ? [] : [`--profile ${quoted(profile)}`]),
		...(config === undefined ? [] : [`--config ${quoted(config)}`]),
	].join(' ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
	return /^[\w./:@%+=,-]+$/.test(text) ? text : shellQuote(text);
}
