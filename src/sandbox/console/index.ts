import {searchKinds} from '../../sources/app-log-kinds.ts';
import type {SandboxOptions} from '../options.ts';
import {mulberry32, seedOf} from '../random.ts';
import {createSlidingWindow, type Admission} from '../sliding-window.ts';
import type {ConsoleParts, ConsoleRoute} from './handler.ts';
import {createConsoleLog} from './log.ts';
import {createLogRoutes} from './log-page.ts';
import {createNoiseRoutes} from './noise.ts';
import {createSearchRoutes} from './search-api.ts';
import {createConsoleSessions, type ConsoleSessions} from './sessions.ts';
import {consoleShape} from './shapes/index.ts';
import {createSignInRoute} from './sign-in.ts';

/** What the console's gateway lets through. The real one is not known; people who click never reach this. */
const budget = {requests: 5, perMs: 1000};

/** Opens nothing but the stand-in. */
const password = 'sandbox-console-password';

/** The developer console of one app: a page to sign in, the log searches, and the API that they ask. */
export function createConsole(appId: string, options: Omit<SandboxOptions, 'sleep'>): {
	readonly routes: readonly ConsoleRoute[]; readonly sessions: ConsoleSessions; readonly password: string; readonly csrfHeader: string;
} {
	const {seed = 1, console: shapeName = 'page', ends = 'inclusive', rate = 'real'} = options;
	const sessions = createConsoleSessions(mulberry32(seedOf(seed, 'console')));
	const shape = consoleShape(shapeName, ends);
	const parts: ConsoleParts = {appId, shape, sessions};
	const admit = rate === 'real' ? createSlidingWindow(budget) : (): Admission => ({admitted: true});
	return {
		sessions,
		password,
		csrfHeader: shape.csrfHeader,
		routes: [
			createSignInRoute(parts, password),
			...createLogRoutes(parts),
			...searchKinds.flatMap(kind => createSearchRoutes(kind, parts, createConsoleLog(kind, options), admit, options.consoleReach)),
			...createNoiseRoutes(parts),
		],
	};
}
