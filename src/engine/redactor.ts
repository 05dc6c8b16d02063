import type {AuditRecord} from '../base/record.ts';
import {parseFieldPath, redactFields, pickFields, type FieldPath} from '../json/edit.ts';
import {redactSecrets} from '../json/secrets/redact-secrets.ts';
import {redactedPath} from '../query/names.ts';
import type {Query} from '../query/query.ts';
import type {SourceDefinition} from '../sources/types.ts';

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

/** Takes out of a record what must not be written. */
export type Redactor = (record: AuditRecord) => AuditRecord;

/**
 * What a query has taken out of its records; undefined where that is nothing. What a source's rows are known by, their id and
 * their time, is no credential whatever it looks like.
 * @param source undefined where it is not known
 * @throws UsageError for a path that is none
 */
export function createRedactor({redact, redactSecrets: wantsNoSecrets = false}: Partial<Pick<Query, 'redact' | 'redactSecrets'>>, source: Pick<SourceDefinition, 'id' | 'time'> | undefined): Redactor | undefined {
	const paths = (redact ?? []).map(entry => parseFieldPath(redactedPath(entry)));
	const kept = source === undefined ? [] : [source.id, source.time].flatMap(path => path === null ? [] : [path.split('.')]);
	const byPath: Redactor = record => ({...record, text: redactFields(record.text, paths)});
	const bySecrets: Redactor = record => {
		const {text, values} = redactSecrets(record.text, kept);
		return values === 0 ? record : {...record, text, redacted: values};
	};
	if (!wantsNoSecrets) return paths.length === 0 ? undefined : byPath;
	return paths.length === 0 ? bySecrets : record => bySecrets(byPath(record));
}

/** Counts what was taken out of the records that are written. */
export class RedactionCount {
	#values = 0;
	#records = 0;

	see(records: readonly AuditRecord[]): void {
		for (const {redacted = 0} of records) {
			this.#values += redacted;
			if (redacted > 0) this.#records++;
		}
	}

	/** Tells what was taken out, if anything was. */
	tell(notice: (message: string) => void): void {
		if (this.#values === 0) return;
		notice(`${counted(this.#values, 'value')} in ${counted(this.#records, 'record')} ${this.#values === 1 ? 'was' : 'were'} redacted`);
	}
}

function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
