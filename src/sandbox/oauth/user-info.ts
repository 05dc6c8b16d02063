import type {ApiHandler} from '../api-handler.ts';
import type {SignIn} from './sign-in.ts';
import {sandboxUser} from './user.ts';

/** Tells who signed in. */
export function createUserInfo({vendor, tokens}: SignIn): ApiHandler {
	return async (request, {at, replies}) => {
		const token = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
		if (token === undefined) return replies.refuse('missing-token');
		if (token.startsWith(vendor.tokenPrefix)) return replies.refuse('user-token-required');
		if (tokens.scopesOf(token, at) === undefined) return replies.refuse('invalid-user-token');
		return replies.success([[['data'], sandboxUser]]);
	};
}
