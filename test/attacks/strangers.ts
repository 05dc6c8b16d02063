import {lchownSync} from 'node:fs';
import {onTestFinished, vi} from 'vitest';

/** A number that no user of a test machine has. */
const stranger = 61_234;

/**
 * Makes files look as if another user had put them there: they get another owner where this may be done (as root), else
 * this process takes itself for another user, which the directory must then belong to neither.
 */
export function asStrangers(paths: readonly string[]): void {
	if (process.getuid?.() === 0) {
		for (const path of paths) lchownSync(path, stranger, stranger);
		return;
	}
	vi.spyOn(process, 'geteuid').mockReturnValue(stranger);
	onTestFinished(() => {
		vi.restoreAllMocks();
	});
}
