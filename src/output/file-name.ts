/**
 * The standard stream that a path names, or undefined. These paths must not be opened like files: `>>` puts a regular
 * file behind them, which would be replaced, and a socket behind them cannot be opened at all.
 */
export function standardStreamOf(path: string): 'stdout' | 'stderr' | undefined {
	if (path === '-') return 'stdout';
	const number = /^\/(?:dev\/fd|proc\/self\/fd)\/(?<number>[12])$/.exec(path)?.groups?.['number'];
	if (path === '/dev/stdout' || number === '1') return 'stdout';
	return path === '/dev/stderr' || number === '2' ? 'stderr' : undefined;
}
