import type {Context, Fetch} from '../context.ts';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The context's `fetch`, through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or their lower-case forms)
 * name. Loopback is always reached directly. The proxy client is loaded only where a proxy is set.
 */
export async function withProxy({env, fetch}: Pick<Context, 'env' | 'fetch'>): Promise<Fetch> {
	const httpProxy = env['http_proxy'] ?? env['HTTP_PROXY'];
	const httpsProxy = env['https_proxy'] ?? env['HTTPS_PROXY'];
	if (!httpProxy && !httpsProxy) return fetch;
	const {EnvHttpProxyAgent} = await import('./proxy-agent.ts');
	const noProxy = env['no_proxy'] ?? env['NO_PROXY'];
	const dispatcher = new EnvHttpProxyAgent({
		...(httpProxy ? {httpProxy} : {}),
		...(httpsProxy ? {httpsProxy} : {}),
		...(noProxy === undefined ? {} : {noProxy}),
	});
	return async (input, init) => {
		const url = new URL(input instanceof Request ? input.url : input);
		// The runtime's own fetch takes a dispatcher, though typed after another release of the same library.
		const throughProxy: object = {dispatcher};
		return fetch(input, loopback.test(url.hostname) ? init : {...init, ...throughProxy});
	};
}
