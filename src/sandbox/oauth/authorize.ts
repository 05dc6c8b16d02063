import type {Route, SignIn} from './sign-in.ts';
import type {ConsentRequest} from './consents.ts';
import {consentPage, messagePage} from './pages.ts';
import {scopesIn} from './request.ts';

/** Asks the user in the browser, and sends the browser on to the app with the answer. */
export function createAuthorizePage({vendor, consents, hasScope, purposeOf}: SignIn): Route['handlers'] {
	const {appId} = vendor.credentials;
	return {
		async GET(request) {
			const url = new URL(request.url);
			const asked = requestIn(url.searchParams);
			// As at the vendor's, a request that is wrong in itself ends here: the browser is not sent anywhere.
			if (typeof asked === 'string') return messagePage(400, 'This link does not work', asked);
			const missing = asked.scopes.filter(scope => !hasScope(scope));
			if (missing.length > 0)
				return messagePage(400, 'This link does not work', `The app itself does not have these scopes: ${missing.join(', ')} (20027)`);
			return consentPage(url.pathname, {
				appId,
				scopes: asked.scopes.map(scope => ({scope, purpose: purposeOf(scope)})),
				hidden: {request: consents.ask(asked)},
			});
		},
		async POST(request, {at}) {
			const answer = new URLSearchParams(await request.text());
			const target = consents.answer(answer.get('request') ?? '', answer.get('decision') === 'allow', at);
			if (target === undefined) return messagePage(400, 'Already answered', 'This question is no longer open. Start again from the app.');
			return new Response(null, {
				status: 303, headers: {location: target.href, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer'},
			});
		},
	};

	/** The request, or what is wrong with it. Stricter than the vendor, who also serves apps without PKCE. */
	function requestIn(parameters: URLSearchParams): ConsentRequest | string {
		const redirectUri = parameters.get('redirect_uri') ?? '';
		if (parameters.get('client_id') !== appId) return 'client_id names no app that is known here.';
		if (!isLoopback(redirectUri)) return 'redirect_uri must be an http address of this machine: http://127.0.0.1:8123/callback';
		if ((parameters.get('response_type') ?? 'code') !== 'code') return 'response_type must be code.';
		const challenge = parameters.get('code_challenge') ?? '';
		if (parameters.get('code_challenge_method') !== 'S256') return 'code_challenge_method must be S256.';
		if (!/^[\w-]{43}$/.test(challenge)) return 'code_challenge is no SHA-256 in base64url.';
		const state = parameters.get('state') ?? undefined;
		return {redirectUri, state, challenge, scopes: [...new Set(scopesIn(parameters.get('scope') ?? undefined))]};
	}
}

function isLoopback(address: string): boolean {
	if (!URL.canParse(address)) return false;
	const {protocol, hostname, hash, username} = new URL(address);
	return protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname) && hash === '' && username === '';
}
