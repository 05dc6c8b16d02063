import {createHash} from 'node:crypto';
import {signInPaths, type SandboxOptions} from '../../src/sandbox/index.ts';
import {createTestClient} from './client.ts';

export const verifier = 'TxYmzM4PHLBlqm5NtnCmwxMH8mFlRWl_ipie3O0aVzo';
export const redirectUri = 'http://127.0.0.1:8123/callback';
export const scope = 'app_engine:security.audit_log:read';

/** What a sign-in endpoint answers with, loosely typed. */
type Json = Readonly<Record<string, string | number | undefined>>;

/** The query of a sign-in that the sandbox accepts, with changes; undefined leaves a parameter out. */
export function authorizeQuery(change: Readonly<Record<string, string | undefined>> = {}): string {
	const parameters = {
		client_id: 'cli_sandbox', redirect_uri: redirectUri, response_type: 'code', scope: `${scope} offline_access`, state: 'st&te',
		code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...change,
	};
	return new URLSearchParams(Object.entries(parameters).flatMap(([name, value]): Array<[string, string]> => (value === undefined ? [] : [[name, value]]))).toString();
}

/** A client that signs in as apps and browsers do. */
export function createSignInClient(options: Partial<SandboxOptions> = {}) {
	const client = createTestClient(options);
	const fetch = (path: string, init?: RequestInit) => client.sandbox.fetch(new Request(`http://sandbox.test${path}`, init));
	const credentials = {client_id: client.sandbox.credentials.feishu.appId, client_secret: client.sandbox.credentials.feishu.appSecret};
	const form = (path: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
		fetch(path, {method: 'POST', body: new URLSearchParams(fields), headers});
	const json = (path: string, body: object) => fetch(path, {method: 'POST', body: JSON.stringify(body), headers: {'content-type': 'application/json; charset=utf-8'}});
	const read = async (response: Response) => ({status: response.status, body: await response.json() as Json});
	return {
		...client,
		credentials,
		fetch,
		form: async (path: string, fields: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>) => read(await form(path, fields, headers)),
		page: async (path: string) => {
			const response = await fetch(path);
			return {status: response.status, headers: response.headers, text: await response.text()};
		},
		post: (path: string, fields: Readonly<Record<string, string>>) => form(path, fields),
		/** Answers the question on the page and returns where the browser is sent. */
		async consent(decision: 'allow' | 'deny', query = authorizeQuery()): Promise<URL> {
			const text = await (await fetch(`${signInPaths.authorize}?${query}`)).text();
			const request = /name="request" value="(\w+)"/.exec(text)?.[1] ?? '';
			const answer = await form(signInPaths.authorize, {request, decision});
			return new URL(answer.headers.get('location') ?? '');
		},
		/** Exchanges something for tokens, as JSON at the newer endpoint. */
		exchange: async (fields: object, path: string = signInPaths.token) => read(await json(path, {...credentials, ...fields})),
		async codeFields(query?: string) {
			const target = await this.consent('allow', query);
			return {grant_type: 'authorization_code', code: target.searchParams.get('code') ?? '', redirect_uri: redirectUri, code_verifier: verifier};
		},
	};
}
