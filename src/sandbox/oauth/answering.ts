import type {ApiHandler, Arrival} from '../api-handler.ts';
import {OAuthError} from './errors.ts';

/** A handler that answers with this JSON, or with the refusal that is thrown on the way. */
export function answering(answer: (request: Request, arrival: Arrival) => Promise<object>): ApiHandler {
	return async (request, arrival) => {
		try {
			return arrival.replies.json(200, await answer(request, arrival));
		} catch (error) {
			if (!(error instanceof OAuthError)) throw error;
			const {code, error: name, message} = error;
			return arrival.replies.json(400, {...(code === undefined ? {} : {code}), error: name, error_description: message});
		}
	};
}
