import {mkdtempSync, rmSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {onTestFinished} from 'vitest';

/** A directory that is removed when the test ends, and a way to put files into it. */
export function temporaryDirectory(): {path: string; put: (name: string, content: unknown, mode?: number) => Promise<string>} {
	const path = mkdtempSync(join(tmpdir(), 'audit-export-config-'));
	onTestFinished(() => {
		rmSync(path, {recursive: true, force: true});
	});
	return {
		path,
		async put(name, content, mode = 0o600) {
			const file = join(path, name);
			await mkdir(dirname(file), {recursive: true});
			await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content), {mode});
			return file;
		},
	};
}
