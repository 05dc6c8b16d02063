import type {Asker} from '../http/answer.ts';
import type {SourceDefinition, SourceOption} from '../sources/types.ts';
import {vendors} from '../sources/vendors/index.ts';
import type {VendorDefinition} from '../sources/vendors/types.ts';
import {readyMadeToken, signInCommand} from './auth/connection.ts';
import {checkApp, type Connection} from './config/connection.ts';
import {userTokenVariable} from './config/own-variables.ts';

/** Who asks a source, in the words of hints: its own options, and the places that its credentials came from. */
export function askerOf(source: SourceDefinition, connection: Connection, {config, env}: {
	/** The value of `--config`, for a command that a hint names. */
	config: string | undefined;
	env: Readonly<Record<string, string | undefined>>;
}): Asker {
	const vendor: VendorDefinition = vendors[source.vendor];
	const options = Object.values<SourceOption>(source.options);
	const flag = (option: SourceOption) => option.flags.split(' ', 1)[0] ?? option.flags;
	const required = options.filter(option => option.required === true).map(flag);
	const optionNames = new Map([
		...options.map(option => [option.parameter, flag(option)] as const),
		[source.range.start, '--since'], [source.range.end, '--until'], [source.pagination.sizeParameter, '--page-size'],
	]);
	const isVendorHost = Object.values(vendor.hosts).includes(connection.baseUrl);
	return {
		scope: source.scope,
		...(isVendorHost && vendor.scopePage !== undefined ? {scopePage: `${connection.baseUrl}${vendor.scopePage}`} : {}),
		optionFor: parameter => optionNames.get(parameter),
		remedies: {
			app: checkApp(vendor, connection),
			request: `check ${[...required, 'the filters', '--page-size'].join(', ')} and the time range`,
			...(source.auth === 'user' ? userRemedies(connection, {config, env}) : appRemedies(vendor, connection)),
		},
	};
}

function appRemedies(vendor: VendorDefinition, {accessToken, ...app}: Connection): Asker['remedies'] {
	const fromApp = app.appId !== undefined && app.appSecret !== undefined;
	const fresh = accessToken === undefined ? undefined : `set a fresh token: the one that was refused is from ${accessToken.origin}`;
	return {
		token: fromApp || fresh === undefined ? `a token that was just issued is refused: ${checkApp(vendor, app)}` : fresh,
		kind: `this API takes the token of an app, a tenant_access_token (it starts with "t-")${accessToken === undefined ? '' : `: see ${accessToken.origin}`}`,
	};
}

function userRemedies(
	connection: Connection, {config, env}: {config: string | undefined; env: Readonly<Record<string, string | undefined>>},
): Asker['remedies'] {
	const signIn = signInCommand({...connection, config});
	const isReadyMade = readyMadeToken({context: {env}, connection}) !== undefined;
	const token = isReadyMade ? `set a fresh token in ${userTokenVariable}, or unset it and sign in with: ${signIn}` : `sign in again with: ${signIn}`;
	return {token, kind: `this API takes the token of a user, a user_access_token (it starts with "u-"): ${token}`};
}
