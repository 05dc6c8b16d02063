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
		await open(url);
	} catch (error) {
		tell(`no browser could be opened (${error instanceof Error ? error.message : String(error)}); open the address yourself`);
	}
}
