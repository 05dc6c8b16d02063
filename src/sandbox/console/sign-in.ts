import {consolePaths, type ConsoleParts, type ConsoleRoute} from './handler.ts';
import {signInPage} from './pages.ts';

/** The page where people sign in: with any name, and the one password there is. */
export function createSignInRoute({appId, sessions}: ConsoleParts, password: string): ConsoleRoute {
	return {
		path: consolePaths.signIn,
		handlers: {
			GET: async () => signInPage({wrong: false}),
			async POST(request) {
				const answer = new URLSearchParams(await request.text());
				if ((answer.get('user') ?? '') === '' || answer.get('password') !== password) return signInPage({wrong: true});
				const headers = new Headers({location: consolePaths.log(appId), 'cache-control': 'no-store'});
				for (const cookie of sessions.start().setCookies) headers.append('set-cookie', cookie);
				return new Response(null, {status: 303, headers});
			},
		},
	};
}
