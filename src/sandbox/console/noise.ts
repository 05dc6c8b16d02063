import {guarded, jsonResponse, type ConsoleParts, type ConsoleRoute} from './handler.ts';

/** What the page asks for beside the searches, as such pages do; `start_time` in telemetry and lists of apps are no log. */
export const noisePaths = {
	user: '/developers/v1/user/info',
	apps: '/developers/v1/app/list',
	telemetry: '/developers/v1/telemetry/batch',
};

/** Requests that somebody who learns from a recording must not take for a search. */
export function createNoiseRoutes(parts: ConsoleParts): ConsoleRoute[] {
	const {shape, appId} = parts;
	const answer = (content: object) => guarded(parts, async () => jsonResponse(JSON.stringify(shape.success(content))));
	return [
		{path: noisePaths.user, handlers: {GET: answer({id: '7094520112311111111', name: 'Sandbox Developer', locale: 'en_us'})}},
		{path: noisePaths.apps, handlers: {GET: answer({
			list: [
				{id: appId, name: 'Sandbox app', status: 2, updateTime: 1_763_600_000},
				{id: 'cli_a1b2c3d4e5f6', name: '审批助手', status: 2, updateTime: 1_763_500_000},
			],
			total: 2,
		})}},
		{path: noisePaths.telemetry, handlers: {POST: answer({})}},
	];
}
