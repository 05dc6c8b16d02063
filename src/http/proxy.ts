import type {Context, Fetch} from '../context.ts';
import {UsageError} from '../errors.ts';

/** Host names that are always reached directly. */
export const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The context's `fetch`, through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or their lower-case forms)
 * name. Loopback is always reached directly. The proxy client is loaded only where a proxy is set.
 * @throws UsageError when a variable does not name a proxy
 */
export async function withProxy({env, fetch}: Pick<Context, 'env' | 'fetch'>): Promise<Fetch> {
	const httpProxy = withScheme(env['http_proxy'] ?? env['HTTP_PROXY']);
	const httpsProxy = withScheme(env['https_proxy'] ?? env['HTTPS_PROXY']);
	if (httpProxy === undefined && httpsProxy === undefined) return fetch;
	const {EnvHttpProxyAgent} = await import('./proxy-agent.ts');
	const noProxy = env['no_proxy'] ?? env['NO_PROXY'];
	const open = () => new EnvHttpProxyAgent({
		...(httpProxy === undefined ? {} : {httpProxy}),
		...(httpsProxy === undefined ? {} : {httpsProxy}),
		...(noProxy === undefined ? {} : {noProxy}),
	});
	let dispatcher: ReturnType<typeof open>;
	try {
		dispatcher = open();
	} catch (error) {
		// The value may hold a password: the message does not repeat it.
		throw new UsageError('HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy', {hint: 'write http://host:port, or unset it', cause: error});
	}
	return async (input, init) => {
		const url = new URL(input instanceof Request ? input.url : input);
		// The runtime's own fetch takes a dispatcher, though typed after another release of the same library.
		const throughProxy: object = {dispatcher};
		return fetch(input, loopback.test(url.hostname) ? init : {...init, ...throughProxy});
	};
}

/** As curl reads it: a proxy without a scheme speaks http, an empty one is none. */
export function withScheme(proxy: string | undefined): string | undefined {
	if (!proxy) return undefined;
	return proxy.includes('://') ? proxy : `http://${proxy}`;
}
