import {signInPaths, type Route, type SignIn} from './sign-in.ts';
import {consentPage, messagePage, userCodePage} from './pages.ts';
import {refusals} from './errors.ts';
import {answering} from './answering.ts';
import {authenticate, readParameters, scopesIn} from './request.ts';

/** Signing in on a machine without a browser: the endpoint that hands out codes, and the page where they are entered. */
export function createDevicePages({vendor, devices, hasScope, purposeOf}: SignIn): Route[] {
	const {verification} = signInPaths;
	const authorization = answering(async (request, {at}) => {
		const parameters = await readParameters(request, {json: false});
		authenticate(request, parameters, vendor.credentials);
		if (parameters['client_id'] === undefined) throw refusals.parameterMissing();
		const scopes = [...new Set(scopesIn(parameters['scope']))];
		if (!scopes.every(scope => hasScope(scope))) throw refusals.scopeNotPermitted();
		const {deviceCode, userCode, expiresIn, interval} = devices.ask(scopes, at);
		const page = new URL(verification, request.url);
		const complete = new URL(page);
		complete.searchParams.set('user_code', userCode);
		return {
			device_code: deviceCode, user_code: userCode, verification_uri: page.href, verification_uri_complete: complete.href,
			expires_in: expiresIn, interval,
		};
	});
	return [
		{path: signInPaths.deviceAuthorization, handlers: {POST: authorization}},
		{
			path: verification,
			handlers: {
				async GET(request, {at}) {
					const userCode = new URL(request.url).searchParams.get('user_code') ?? '';
					if (userCode === '') return userCodePage(verification, {wrong: false});
					const scopes = devices.scopesFor(userCode, at);
					if (scopes === undefined) return userCodePage(verification, {wrong: true});
					return consentPage(verification, {
						appId: vendor.credentials.appId,
						scopes: scopes.map(scope => ({scope, purpose: purposeOf(scope)})),
						hidden: {user_code: userCode},
					});
				},
				async POST(request, {at}) {
					const answer = new URLSearchParams(await request.text());
					const allowed = answer.get('decision') === 'allow';
					if (!devices.answer(answer.get('user_code') ?? '', allowed, at)) return userCodePage(verification, {wrong: true});
					return messagePage(200, allowed ? 'Device connected' : 'Access denied', 'You can close this page and go back to the device.');
				},
			},
		},
	];
}
