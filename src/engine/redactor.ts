import {closest} from 'fastest-levenshtein';
import {OutputError} from '../base/errors.ts';
import {counted} from '../base/given.ts';
import type {Log} from '../base/log.ts';
import type {AuditRecord} from '../base/record.ts';
import {isRedacted, parseFieldPath, pickFields, redactFields} from '../json/edit.ts';
import {formatSize, largestBytes} from '../base/size.ts';
import {redactSecrets} from '../json/secrets/redact-secrets.ts';
import {redactedPath} from '../query/names.ts';
import type {Query} from '../query/query.ts';
import {labelledColumns} from '../sources/labels.ts';
import type {SourceDefinition} from '../sources/types.ts';

/** Takes out of a record what must not be written. */
export type Redactor = (record: AuditRecord) => AuditRecord;

/**
 * What a query has taken out of its records; undefined where that is nothing. What a source's rows are known by, their id and
 * their time, is no credential whatever it looks like.
 * @param source undefined where it is not known
 * @throws UsageError for a path that is none
 */
export function createRedactor(
	{redact, redactSecrets: wantsNoSecrets = false}: Partial<Pick<Query, 'redact' | 'redactSecrets'>>,
	source: Pick<SourceDefinition, 'id' | 'time'> | undefined,
): Redactor | undefined {
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

/** A name of a field that the user gave, and how it is told that a record has it. */
interface Named {
	readonly option: string;
	readonly path: string;
	readonly isIn: (text: string) => boolean;
}

/**
 * Sees the records that are written, of an export, a job, a repair or an archive alike: refuses those that nobody could read
 * back, counts what was taken out of them, and notices which of the named fields none has, most likely a misspelling and for
 * `--redact` a leak.
 */
export class RecordGuard {
	#values = 0;
	#records = 0;
	#seen = false;
	#missing: readonly Named[];
	readonly #known: readonly string[];

	/**
	 * @param options.fields what `--fields` names; names of the source's own columns are never missing
	 * @param options.source undefined where its columns are not known
	 */
	constructor({
		redact = [], fields = [], source,
	}: {
		redact?: readonly string[];
		fields?: readonly string[];
		source: Pick<SourceDefinition, 'columns' | 'labels' | 'localeMaps'> | undefined;
	}) {
		this.#known = source === undefined ? [] : [...new Set([...source.columns, ...labelledColumns(source, 'en')].map(({name}) => name))];
		this.#missing = [
			...redact.map((entry): Named => {
				const path = redactedPath(entry);
				const paths = [parseFieldPath(path)];
				return {option: '--redact', path, isIn: text => isRedacted(text, paths)};
			}),
			...fields.filter(field => !this.#known.includes(field)).map((path): Named => {
				const paths = [parseFieldPath(path)];
				return {option: '--fields', path, isIn: text => pickFields(text, paths) !== '{}'};
			}),
		];
	}

	/**
	 * Looks at records about to be written, redacted as they are.
	 * @throws OutputError for a row that no reader of archives would take: what stands for a value may be longer than it
	 */
	see(records: readonly AuditRecord[]): void {
		for (const {text} of records) requireReadable(text);
		this.#seen ||= records.length > 0;
		for (const {redacted = 0} of records) {
			this.#values += redacted;
			if (redacted > 0) this.#records++;
		}
		if (this.#missing.length > 0) this.#missing = this.#missing.filter(({isIn}) => !records.some(({text}) => isIn(text)));
	}

	/**
	 * Tells what was taken out, if anything was, and which named fields no record had.
	 * @param options.prefix begins every message. Default: nothing
	 * @param options.whole all records were seen: only then is a field missing. Default true
	 */
	tell({notice, warning}: Pick<Log, 'notice' | 'warning'>, {prefix = '', whole = true}: {prefix?: string; whole?: boolean} = {}): void {
		if (this.#values > 0)
			notice(
				`${prefix}${counted(this.#values, 'value')} in ${counted(this.#records, 'record')} ${this.#values === 1 ? 'was' : 'were'} redacted`,
			);
		if (!whole || !this.#seen) return;
		for (const {option, path} of this.#missing) {
			// What may be redacted is declared or marked as new: nothing was mistyped.
			const known = option === '--redact' || this.#known.length === 0 ? '' : `; the nearest known one is ${closest(path, this.#known)}`;
			warning(`${prefix}${option} ${path}: no record has this field${known}`);
		}
	}
}

function requireReadable(text: string): void {
	// No character takes more than three bytes.
	if (text.length <= largestBytes / 3 || Buffer.byteLength(text) <= largestBytes) return;
	throw new OutputError(`a row is too long to be read back: more than ${formatSize(largestBytes)}`, {
		hint: 'leave out the field that makes it so long with --redact',
	});
}
