import type {ApiHandler} from './api-handler.ts';
import {BadParameter, checkParameters, readBody} from './parameters.ts';
import type {TokenStore} from './tokens.ts';
import type {SandboxVendor} from './vendors/types.ts';

const rules = {
	app_id: {type: 'string', required: true},
	app_secret: {type: 'string', required: true},
} as const;

/** The token endpoint of one vendor: an app's id and secret for an access token. */
export function createTokenApi({credentials}: SandboxVendor, tokens: TokenStore): ApiHandler {
	return async (request, {at, replies}) => {
		try {
			const sent = checkParameters(rules, readBody(request.headers.get('content-type'), await request.text()));
			if (sent['app_id'] !== credentials.appId || sent['app_secret'] !== credentials.appSecret) return replies.refuse('wrong-credentials');
		} catch (error) {
			if (error instanceof BadParameter) return replies.refuse('malformed-exchange');
			throw error;
		}
		const {token, lifeSeconds} = tokens.issue(at);
		return replies.issued(token, lifeSeconds);
	};
}
