import {describe, expect, it} from 'vitest';
import {sourceConnection} from '../../src/access/auth/connection.ts';
import {createUserTokenSource} from '../../src/access/auth/user-token.ts';
import {validateConfig} from '../../src/access/config/schema.ts';
import {accountOf} from '../../src/access/open-source.ts';
import type {Identity} from '../../src/output/account.ts';
import {sources} from '../../src/sources/index.ts';
import {app, createContext, FakeService, put, sessionOf, storeOf} from './auth/helpers.ts';

const baseUrl = 'https://open.feishu.cn';
const appOf = (name: string) => ({app_id: `cli_${name}`, app_secret: 'secret'});

interface SetUp {
	readonly env?: Record<string, string>;
	readonly profiles?: Record<string, unknown>;
	/** The value of `--profile`. */
	readonly profile?: string;
	/** Whose session is stored for `cli_test`, and under which profile. */
	readonly signedIn?: {readonly user?: string; readonly profile?: string};
}

async function open(name: 'feishu-openapi' | 'feishu-apaas', {env, profiles, profile, signedIn}: SetUp) {
	const context = createContext({env: {FEISHU_APP_ID: '', FEISHU_APP_SECRET: '', ...env}});
	if (signedIn !== undefined) {
		const key = {baseUrl, appId: app.id, profile: signedIn.profile};
		await put(storeOf(context), sessionOf(new FakeService().issue(), {
			base_url: baseUrl, profile: signedIn.profile ?? null, leftMs: 3_600_000, user: {name: 'x', ...(signedIn.user === undefined ? {} : {open_id: signedIn.user})},
		}), key);
	}
	const config = {config: profiles === undefined ? {} : validateConfig({profiles}, 'config.json'), path: undefined, isTrusted: true, warnings: []};
	const warn = () => undefined;
	const connection = sourceConnection(sources[name], {profile, config, env: context.env, warn});
	return {context, connection, identity: async () => accountOf(sources[name], {connection, context, warn})};
}

describe('who signs in to a source', () => {
	const two = {acme: {feishu: appOf('acme')}, beta: {account: 'two', feishu: {account: 'three', tenant_access_token: 't-of-beta'}}};
	it.each<[what: string, source: 'feishu-openapi' | 'feishu-apaas', given: SetUp, identity: Identity]>([
		['an app by variables', 'feishu-openapi', {env: {FEISHU_APP_ID: 'cli_env', FEISHU_APP_SECRET: 's'}}, {app_id: 'cli_env'}],
		['an app of the only profile', 'feishu-openapi', {profiles: {acme: two.acme}}, {app_id: 'cli_acme', profile: 'acme'}],
		['an app by variables beside a profile that brings nothing', 'feishu-openapi', {env: {FEISHU_APP_ID: 'cli_env', FEISHU_APP_SECRET: 's'}, profiles: {acme: {feishu: {host: 'feishu'}}}}, {app_id: 'cli_env'}],
		['the same with a label', 'feishu-openapi', {env: {FEISHU_TENANT_ACCESS_TOKEN: 't'}, profiles: {acme: {account: 'one'}}}, {account: 'one'}],
		['a named profile, whatever the variables say', 'feishu-openapi', {env: {FEISHU_APP_ID: 'cli_env', FEISHU_APP_SECRET: 's'}, profiles: two, profile: 'acme'}, {app_id: 'cli_acme', profile: 'acme'}],
		['a token of a profile, under the nearest label', 'feishu-openapi', {profiles: two, profile: 'beta'}, {account: 'three', profile: 'beta'}],
		['a token of the environment, not the app of the file', 'feishu-openapi', {env: {FEISHU_TENANT_ACCESS_TOKEN: 't-of-the-environment'}, profiles: {acme: two.acme}}, {token: 't-of-the-environment'}],
		['a token beside the app id of the environment', 'feishu-openapi', {env: {FEISHU_TENANT_ACCESS_TOKEN: 't', FEISHU_APP_ID: 'cli_env'}}, {app_id: 'cli_env'}],
		['a user who signed in', 'feishu-apaas', {env: {FEISHU_APP_ID: app.id}, signedIn: {user: 'ou_1'}}, {app_id: app.id, user: 'ou_1'}],
		['a user of whom the server said nothing', 'feishu-apaas', {env: {FEISHU_APP_ID: app.id}, signedIn: {}}, {app_id: app.id}],
		['a user of a profile', 'feishu-apaas', {profiles: {p: {feishu: {app_id: app.id}}}, signedIn: {user: 'ou_1', profile: 'p'}}, {app_id: app.id, user: 'ou_1', profile: 'p'}],
		["a user's token, not the app of the file nor whoever signed in to it", 'feishu-apaas', {env: {FEISHU_USER_ACCESS_TOKEN: 'u-of-the-environment'}, profiles: {p: {feishu: {app_id: app.id}}}, signedIn: {user: 'ou_1', profile: 'p'}}, {token: 'u-of-the-environment'}],
		['the user of a named profile, not the token of the environment', 'feishu-apaas', {env: {FEISHU_USER_ACCESS_TOKEN: 'u'}, profiles: {p: {feishu: {app_id: app.id}}}, profile: 'p', signedIn: {user: 'ou_1', profile: 'p'}}, {app_id: app.id, user: 'ou_1', profile: 'p'}],
	])('is %s', async (_, source, given, identity) => {
		const opened = await open(source, given);
		expect(await opened.identity()).toEqual(identity);
		if (identity.token !== undefined) expect(opened.context.masker.mask(`token ${identity.token}`)).toBe('token ***');
	});

	it('is also who the token is of', async () => {
		const given = {env: {FEISHU_USER_ACCESS_TOKEN: 'u-of-the-environment'}, profiles: {p: {feishu: {app_id: app.id}}}, signedIn: {user: 'ou_1', profile: 'p'}};
		const tokenOf = async (profile: string | undefined) => {
			const {context, connection} = await open('feishu-apaas', {...given, ...(profile !== undefined && {profile})});
			return (await createUserTokenSource({name: 's', context, connection, warn: () => undefined}).get()).value;
		};
		expect(await tokenOf(undefined)).toBe('u-of-the-environment');
		expect(await tokenOf('p')).toBe(new FakeService().issue().access_token);
	});
});
