import type {Context} from '../context.ts';
import {ExportError} from '../errors.ts';
import {valueAt, vendorJudge} from '../http/answer.ts';
import {createClient} from '../http/client.ts';
import type {Log} from '../log.ts';
import {feishu} from '../vendors/feishu.ts';
import type {SignInEndpoints} from './endpoints.ts';
import {textAt} from './oauth-client.ts';
import type {Session} from './session.ts';

/** Who owns an access token, where the server tells; undefined where it does not, which is no error. */
export async function askUserInfo(accessToken: string, {context, endpoints, debug}: {
	context: Context; endpoints: SignInEndpoints; debug: Log['debug'];
}): Promise<Session['user']> {
	const client = createClient({
		context, judge: vendorJudge(feishu, context), baseUrl: endpoints.userInfo.baseUrl, name: 'auth', timeoutMs: 10_000, retries: 0, debug,
		counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0},
		tokens: {get: async () => ({value: accessToken}), accepted: () => undefined, refused: () => false},
	});
	try {
		const {body} = await client.send({method: 'GET', path: endpoints.userInfo.path});
		const data = valueAt(body, ['data']);
		const name = textAt(data, 'name');
		const openId = textAt(data, 'open_id');
		return name === undefined && openId === undefined ? undefined : {...(name && {name}), ...(openId && {open_id: openId})};
	} catch (error) {
		if (!(error instanceof ExportError) || context.signal.aborted) throw error;
		// Its words may quote the token they refuse.
		debug?.('auth: the server does not say who has signed in');
		return undefined;
	}
}
