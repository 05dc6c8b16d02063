import {parseFieldPath, pickFields, type FieldPath} from '../json/edit.ts';
import type {AuditRecord} from '../record.ts';

/** Notices which of some dotted paths no record has: most likely a misspelling, and for `--redact` a leak. */
export class FieldWatch {
	readonly #missing = new Map<string, readonly FieldPath[]>();

	constructor(paths: readonly string[]) {
		for (const path of paths) this.#missing.set(path, [parseFieldPath(path)]);
	}

	/** Looks through records for the paths that none had so far. */
	see(records: readonly AuditRecord[]): void {
		for (const [path, parsed] of this.#missing) {
			if (records.some(({text}) => pickFields(text, parsed) !== '{}')) this.#missing.delete(path);
		}
	}

	/** Paths that no record had. */
	get missing(): string[] {
		return [...this.#missing.keys()];
	}
}
