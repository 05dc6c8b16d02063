import {ApiError, NetworkError} from '../../src/base/errors.ts';
import type {ApiAnswer, ApiRequest} from '../../src/base/transport.ts';
import type {Client} from '../../src/http/client.ts';

/** A row of the model: `time` and `arrivesAt` in Unix milliseconds. */
export interface ModelRow {
	/** Undefined: a row without an identity. */
	readonly id: string | undefined;
	readonly time: number;
	/** When the server has it. Default: at once. */
	readonly arrivesAt?: number;
	/** More members, as JSON text with its leading comma. */
	readonly more?: string;
}

/** How the server reads a range, and what its clock says. */
export interface ModelServerOptions {
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	readonly start?: 'inclusive' | 'exclusive';
	readonly end?: 'inclusive' | 'exclusive';
	readonly order?: 'ascending' | 'descending';
	/** How far the server's clock is ahead, in milliseconds; null where answers carry no date. Default 0. */
	readonly aheadMs?: () => number | null;
	/** Called with the asked range in seconds before every page; what it throws is what the client throws. */
	readonly intervene?: (range: {start: number; end: number}) => void | Promise<void>;
}

/** An API like that of feishu-openapi, rows of which arrive as time goes by. Pages are cut from a snapshot. */
export class ModelServer {
	readonly rows: ModelRow[] = [];
	/** Ranges asked for, in seconds, one for each first page. */
	readonly asked: Array<{start: number; end: number}> = [];
	readonly #snapshots = new Map<string, string[]>();
	readonly #options: ModelServerOptions;

	constructor(options: ModelServerOptions) {
		this.#options = options;
	}

	readonly client: Client = {send: async request => this.#answer(request)};

	/** The texts of all rows that have arrived, as an export must have them. */
	arrived(from = -Infinity, to = Infinity): string[] {
		const now = this.#options.now();
		return this.rows.filter(({time, arrivesAt = time}) => arrivesAt <= now && time >= from && time < to).map(textOf);
	}

	async #answer({body}: ApiRequest): Promise<ApiAnswer> {
		const {now, aheadMs = () => 0, intervene} = this.#options;
		const {start_time: start, end_time: end, page_size: size, page_token: token} = body as {start_time: number; end_time: number; page_size: number; page_token?: string};
		if (token === undefined) this.asked.push({start, end});
		await intervene?.({start, end});
		const [snapshot = `${this.asked.length}`, offset = '0'] = token?.split(':') ?? [];
		const texts = this.#snapshots.get(snapshot) ?? this.#select(start, end);
		this.#snapshots.set(snapshot, texts);
		const next = Number(offset) + size;
		const more = next < texts.length;
		if (!more) this.#snapshots.delete(snapshot);
		const text = `{"code":0,"data":{"items":[${texts.slice(Number(offset), next).join(',')}],"has_more":${more}${more ? `,"page_token":"${snapshot}:${next}"` : ''}}}`;
		const ahead = aheadMs();
		return {text, body: JSON.parse(text), altered: false, servedAt: ahead === null ? undefined : Math.floor((now() + ahead) / 1000) * 1000};
	}

	#select(start: number, end: number): string[] {
		const {now, start: startBound, end: endBound, order} = this.#options;
		const rows = this.rows
			.filter(({time, arrivesAt = time}) => arrivesAt <= now())
			.map(row => ({text: textOf(row), second: Math.floor(row.time / 1000)}))
			.filter(({second}) => (startBound === 'exclusive' ? second > start : second >= start) && (endBound === 'exclusive' ? second < end : second <= end))
			.toSorted((a, b) => order === 'descending' ? b.second - a.second : a.second - b.second);
		return rows.map(({text}) => text);
	}
}

/** A row as the server writes it. */
export function textOf({id, time, more = ''}: ModelRow): string {
	return `{${id === undefined ? '' : `"id":${JSON.stringify(id)},`}"event_time":${Math.floor(time / 1000)}${more}}`;
}

/** An API that fails for good, in the ways that end a window. */
export const apiFailure = () => new ApiError('feishu-openapi: POST /list_data failed: 500, internal error');

export const networkFailure = () => new NetworkError('feishu-openapi: POST /list_data: connection refused');
