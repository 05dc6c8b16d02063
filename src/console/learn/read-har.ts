import {JSONParser} from '@streamparser/json';
import {systemCode, UsageError} from '../../base/errors.ts';
import {counted} from '../../base/given.ts';
import {openRegularFile} from '../../base/regular-file.ts';
import {systemMessage} from '../../output/failure.ts';
import {entryMembers, toEntry, type HarEntry} from './har.ts';
import {StringCutter} from './string-cutter.ts';

/** Longer texts are not looked into: a page of log rows is far shorter. */
const maxTextBytes = 8 * 1024 * 1024;

/** How a recording is made, for hints. */
export const howToRecord =
	'open the log search in the browser, open its developer tools (F12), Network panel; run a search, turn one page, ' +
		'then save all as HAR with content';

/** The recording ends, or turns unreadable, before its end; what came before was given. */
export class BrokenRecordingError extends UsageError {
	/** Whole requests before the break. */
	readonly entries: number;

	constructor(path: string, entries: number) {
		super(`${path}: the recording breaks off after ${counted(entries, 'whole request')}`, {
			hint: 'save it again and wait until the browser has written the whole file',
		});
		this.entries = entries;
	}
}

/**
 * The requests of a HAR file, one after the other, in memory that does not grow with the file.
 * @param options.maxBytes of one text; longer ones are cut. Default 8 MB
 * @param options.signal ends the reading with its reason
 * @throws UsageError when the file cannot be read, is no regular file or no HAR; BrokenRecordingError, after the last whole request,
 * when it is cut off
 */
export async function* readHarEntries(
	path: string, {maxBytes = maxTextBytes, signal}: {maxBytes?: number; signal?: AbortSignal | undefined} = {},
): AsyncGenerator<HarEntry, void> {
	const collector = new Collector();
	const cutter = new StringCutter(maxBytes);
	let isFirst = true;
	try {
		const {file} = await openRegularFile(path);
		for await (const chunk of file.createReadStream({highWaterMark: 256 * 1024}) as AsyncIterable<Buffer>) {
			signal?.throwIfAborted();
			if (isFirst) refuseOther(path, chunk);
			isFirst = false;
			const isReadable = collector.write(cutter.write(chunk));
			yield* collector.take();
			// What follows the document, or a mistake in it, is no part of the recording.
			if (!isReadable || collector.hasEnded) break;
		}
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		throw new UsageError(`${path}: cannot be read: ${systemMessage(error)}`, {hint: 'check its name and permissions', cause: error});
	}
	if (isFirst) throw new UsageError(`${path}: the file is empty`, {hint: howToRecord});
	if (!collector.isRecording) throw notRecording(path);
	yield* collector.last(collector.hasEnded);
	if (!collector.hasEnded) throw new BrokenRecordingError(path, collector.entries);
}

/** Gathers what the parser finds into entries. */
class Collector {
	isRecording = false;
	hasEnded = false;
	/** Whole entries so far. */
	entries = 0;
	readonly #parser: JSONParser;
	#failed = false;
	#current: {readonly index: unknown; readonly members: Map<string, unknown>} | undefined;
	#done: HarEntry[] = [];

	constructor() {
		// With these paths nothing but the named members of one entry is ever held.
		const paths = ['$.log.version', '$.log.creator', ...entryMembers.map(member => `$.log.entries.*.${member}`)];
		this.#parser = new JSONParser({paths, keepStack: false, stringBufferSize: 64 * 1024});
		this.#parser.onValue = ({value, key, stack}) => {
			this.isRecording = true;
			if (stack.length <= 2) return;
			const index = stack[3]?.key;
			if (this.#current?.index !== index) this.#finish();
			this.#current ??= {index, members: new Map()};
			this.#current.members.set([...stack.slice(4).map(element => element.key), key].join('.'), value);
		};
		this.#parser.onError = () => {
			this.#failed = true;
		};
		this.#parser.onEnd = () => {
			this.hasEnded = true;
		};
	}

	/** False when the text is no JSON. */
	write(bytes: Uint8Array): boolean {
		this.#parser.write(bytes);
		return !this.#failed || this.hasEnded;
	}

	take(): HarEntry[] {
		const done = this.#done;
		this.#done = [];
		return done;
	}

	/** The last entry; where the recording breaks off in it, only when its answer is whole. */
	last(isWhole: boolean): HarEntry[] {
		if (isWhole || this.#current?.members.has('response.content') === true) this.#finish();
		return this.take();
	}

	#finish(): void {
		if (this.#current === undefined) return;
		this.#done.push(toEntry(++this.entries, this.#current.members));
		this.#current = undefined;
	}
}

function refuseOther(path: string, start: Buffer): void {
	if (start[0] === 0x1f && start[1] === 0x8b) throw new UsageError(`${path}: the file is compressed`, {hint: 'unpack it first: gunzip'});
	const text = start.toString('utf8').replace(/^\uFEFF/, '').trimStart();
	if (text !== '' && !text.startsWith('{')) throw notRecording(path);
}

function notRecording(path: string): UsageError {
	return new UsageError(`${path}: this is not a HAR recording`, {hint: howToRecord});
}
