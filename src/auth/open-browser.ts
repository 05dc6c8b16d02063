import {ownSecretVariables} from '../config/own-variables.ts';
import type {Context} from '../context.ts';

/**
 * Opens an address in the user's browser. Where there is none, or it does not start, nothing happens but a word about
 * it: the address stands on the terminal anyway.
 */
export async function openBrowser(url: string, {env, tell}: {env: Context['env']; tell: (message: string) => void}): Promise<void> {
	// Without a display the opener would start a text browser inside this terminal.
	const isHeadless = process.platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY'] && !env['WSL_DISTRO_NAME'];
	if (isHeadless) return;
	try {
		const {default: open} = await import('open');
		await withoutOwnVariables(async () => open(url));
	} catch (error) {
		tell(`no browser could be opened (${error instanceof Error ? error.message : String(error)}); open the address yourself`);
	}
}

/** Runs what starts a browser, which inherits this process's environment, while the credentials are not in that. */
async function withoutOwnVariables(start: () => Promise<unknown>): Promise<void> {
	const kept = ownSecretVariables.flatMap((name): Array<[string, string]> => process.env[name] === undefined ? [] : [[name, process.env[name]]]);
	for (const [name] of kept) Reflect.deleteProperty(process.env, name);
	try {
		await start();
	} finally {
		Object.assign(process.env, Object.fromEntries(kept));
	}
}
