import type {JsonPath} from '../base/json-path.ts';
import type {ApiRequest} from '../base/transport.ts';
import type {OcsfDeclaration} from './ocsf.ts';
import type {Pagination} from './pagination.ts';
import type {VendorName} from './vendors/index.ts';

/** What may be asked of a parameter before any request is made, and what the sandbox enforces. */
export interface ParameterRule {
	/** The type on the wire. A list is a JSON array in a body, a repeated key in a query string. */
	readonly type: 'int' | 'string' | 'int[]' | 'string[]';
	readonly required?: boolean;
	/** Least and greatest value of an `int`, and of each in an `int[]`. */
	readonly min?: number;
	readonly max?: number;
	/** Most characters of a `string`, most entries of a list. */
	readonly maxLength?: number;
	/** The only values that a `string` may have, where the API names them all. */
	readonly values?: readonly string[];
	/** Accepted only beside all of these others, be they filters or constants. */
	readonly requires?: readonly string[];
}

/** A filter that a source offers as a command-line option and sends to the API. */
export interface SourceOption {
	/** As commander writes them: `--app-id <id>`. */
	readonly flags: string;
	readonly description: string;
	/** May be given several times; the values are collected in order. Default false. */
	readonly repeatable?: boolean;
	/** The API's parameter that carries the value. */
	readonly parameter: string;
	/** Where the parameter goes: `path` replaces `:parameter` in the endpoint's path. Default: query string or body. */
	readonly in?: 'path';
	/** The API cannot be asked without it. Default false. */
	readonly required?: boolean;
	/** The environment variable that holds the value where the option is not given. */
	readonly env?: string;
	/** Names for the values that the API knows as codes; the codes themselves are accepted too. */
	readonly choices?: Readonly<Record<string, string>>;
	/** The field of a row that the API compares with the value, dotted, also through arrays; absent where no field answers to it. */
	readonly field?: string;
	/** `anywhere`: the API looks for the value in the whole row. Default `field`. */
	readonly match?: 'field' | 'anywhere';
	/** Compares here what the API cannot: whether a parsed row has one of the values. Nothing is sent then. */
	readonly locally?: (row: unknown, values: readonly string[]) => boolean;
	/** Picks fields of rows, which are asked for whole: the API's own names for them, each with its field. Nothing is sent. */
	readonly picks?: Readonly<Record<string, string>>;
	/** Why this option cannot be used with this source as it is set up. */
	readonly refusal?: string;
}

/** The value of a parameter before it is written to the wire. */
export type ParameterValue = string | number | ReadonlyArray<string | number>;

/** What a code means, in words for people. */
export interface Label {
	readonly en: string;
	readonly zh: string;
}

/** How a row says that what it records failed. A place that is not there says nothing. */
export interface OutcomeRule {
	/** The HTTP status of a call, which failed from 400 on. */
	readonly httpStatus?: JsonPath;
	/** The body that a call got, as JSON or as its text; the call failed where it holds a `code` other than 0. */
	readonly response?: JsonPath;
	/** A code of the log's own, and its values for a failure. */
	readonly coded?: {readonly path: JsonPath; readonly failed: readonly string[]};
}

/**
 * What a column holds: an `integer` of any size, an instant, an `object` or `list` of JSON; `json` is any value, where nobody says
 * which.
 */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'time' | 'object' | 'list' | 'json';

/** One column of CSV, tables and everything that has types. Any value may be missing, but for a row's id and time. */
export interface Column {
	/** The header, unique in its source; also the name that `--fields` accepts. */
	readonly name: string;
	/** Where the value stands in a row. Without it the column is the row's time as RFC 3339. */
	readonly path?: JsonPath;
	readonly type: ColumnType;
	/** Of a `time` in a row: milliseconds per unit, counted from 1970. */
	readonly unitMs?: number;
	/** The API writes the number, or the time, as text. Default false. */
	readonly quoted?: boolean;
	/** It stands in JSON text, which another column holds: the schema of rows does not know it. Default false. */
	readonly inText?: boolean;
	/** What it means, in one line for people. */
	readonly meaning: string;
	/** Its place among the columns of a table, from the left; where not all fit, the last ones are left out. Default: it has none. */
	readonly table?: number;
	/** What stands above it in a table. Default: the last word of its path. */
	readonly heading?: string;
	/** Text for people or JSON, which a table may cut; what names something (ids, addresses, paths, codes) is shown whole or not at all. */
	readonly prose?: boolean;
	/** Shows what the value means: the words for its code, or the text of one language out of a map by locale id. */
	readonly label?: Readonly<Record<string, Label>> | 'locale-map';
}

/** The column of a row's time in one form for all sources. */
export const timeColumn: Column = {name: 'time', type: 'time', meaning: 'when it happened', table: 1};

/** A column whose name is its dotted path. */
export function column(
	name: string, type: ColumnType, meaning: string, more: Pick<Column, 'table' | 'heading' | 'prose' | 'unitMs' | 'quoted' | 'inText'> = {},
): Column {
	return {name, path: name.split('.'), type, meaning, ...more};
}

/** Makes one row that looks like real traffic, for the sandbox; `time` in the unit of rows. Without ids, `id` may stand anywhere. */
export type SampleRow = (random: SampleRandom, row: {id: string; time: number}) => unknown;

/** Seeded randomness: the same seed gives the same rows. */
export interface SampleRandom {
	/** A whole number in [0, n). */
	below(n: number): number;
	/** One of the values. */
	pick<T>(values: readonly T[]): T;
}

/**
 * Everything the program knows about one audit-log API, as data. The engine, the help text, the
 * plan, the contract tests and the sandbox all read this declaration; none of them names a source.
 */
export interface SourceDefinition {
	/** The subcommand: lower case, dashes. */
	readonly name: string;
	/** One line for the help. */
	readonly title: string;
	/** The vendor's documentation of this API. */
	readonly docs: string;
	/** Hosts, credentials, answer envelope and error codes. */
	readonly vendor: VendorName;
	/** The permission the credentials need, as the vendor names it. */
	readonly scope: string;
	/** Whose token the API takes: the app's own, or that of a user who signed in. Default `app`. */
	readonly auth?: 'app' | 'user';
	readonly endpoint: {
		/** `GET` sends parameters in the query string, `POST` as a JSON body. */
		readonly method: 'GET' | 'POST';
		/** Below the base URL; `:name` stands for the option with `in: 'path'` of that parameter. */
		readonly path: string;
	};
	/** Every parameter of the API, those in its path and those the engine fills in too. */
	readonly parameters: Readonly<Record<string, ParameterRule>>;
	readonly options: Readonly<Record<string, SourceOption>>;
	/** Parameters sent with every request; an option for the same parameter replaces the value. */
	readonly constants?: Readonly<Record<string, string>>;
	/**
	 * The parameter that takes a filter expression: JSON text `{"items": [{"left", "operator", "right": […]}]}`. `names` are
	 * the documented values of `left`, each with the field of a row that it stands for.
	 */
	readonly filter?: {readonly parameter: string; readonly names: Readonly<Record<string, string>>};
	/** The parameter value that makes the API deliver oldest rows first; without it they come newest first. */
	readonly order?: {readonly parameter: string; readonly ascending: string};
	/**
	 * How the API refuses a parameter, where it has a code of its own for that. `status` is that of HTTP; default its vendor's. `of`
	 * are other codes for some of its parameters.
	 */
	readonly badParameter?: {
		readonly code: number; readonly message: string; readonly status?: number; readonly of?: Readonly<Record<string, number>>;
	};
	/** The documented request budget: at most `requests` in any `perMs` milliseconds. */
	readonly budget: {readonly requests: number; readonly perMs: number};
	/** Requests in flight at once, by default. */
	readonly concurrency: number;
	readonly pagination: Pagination;
	readonly window: {
		/** The default length of a window, in milliseconds. */
		readonly defaultMs: number;
		/** The longest time one request may span, in milliseconds; absent where the API states none. */
		readonly maxMs?: number;
		/** Windows follow the calendar days of the user's time zone where that takes no more of them: `always` whatever it takes. */
		readonly days?: 'where-no-more' | 'always';
	};
	/** How far back a request may start, in milliseconds; absent where it may start at any time. */
	readonly reachMs?: number;
	/** IANA zone by whose calendar days, the one under way included, `reachMs` is counted. Default: it is counted back from now. */
	readonly reachZone?: string;
	/** Why an export without rows may be one, for people. */
	readonly whenEmpty?: string;
	/** Rows may arrive this much later than their time, in milliseconds, as far as the vendor says. */
	readonly arrivesWithinMs?: number;
	/**
	 * How the rows of one instant can be read in parts when they are more than one query reaches: `all` is the value of
	 * `parameter` that asks for every row, `values` those that ask for a part each, by the row's `field`.
	 */
	readonly splitBy?: {readonly parameter: string; readonly field: string; readonly all: string; readonly values: readonly string[]};
	readonly range: {
		/** The parameters that carry the start and the end of the time range. */
		readonly start: string;
		readonly end: string;
		/** Milliseconds per unit of those parameters: 1000 for Unix seconds. */
		readonly unitMs: number;
		/** Milliseconds per unit of a row's time; with `readTime`, its finest step. Default `unitMs`. */
		readonly rowUnitMs?: number;
		/**
		 * Whether the API is known to deliver rows that stand exactly on the bound. `unknown` makes the
		 * engine ask one unit further on that side, so that either reading delivers every row.
		 */
		readonly startBound: 'inclusive' | 'unknown';
		readonly endBound: 'inclusive' | 'exclusive' | 'unknown';
	};
	/** Where the array of rows stands in an answer. */
	readonly rows: JsonPath;
	/** A row's identity, dotted where it stands deeper; null where rows have none. */
	readonly id: string | null;
	/** A row's time, dotted likewise; in units of `range.rowUnitMs`, unless `readTime` reads it. */
	readonly time: string;
	/** Unix milliseconds of a row's time as it stands there, or undefined when it is none. */
	readonly readTime?: (value: unknown) => number | undefined;
	/** Writes parameters to the wire where they do not simply stand side by side; `parameters` holds all of them by name. */
	readonly toRequest?: (parameters: Readonly<Record<string, ParameterValue>>) => ApiRequest;
	/** How rows say whether what they record failed; absent where they do not. */
	readonly outcome?: OutcomeRule;
	readonly columns: readonly Column[];
	/** What the codes of a field mean: by field, dotted, then by code. Codes that are not listed are shown as they are. */
	readonly labels?: Readonly<Record<string, Readonly<Record<string, Label>>>>;
	/** Fields whose value is a map of texts by locale id: 2052 is zh-CN. */
	readonly localeMaps?: readonly string[];
	/** How rows become events of the Open Cybersecurity Schema Framework. Default: each is a Base Event. */
	readonly ocsf?: OcsfDeclaration;
}

/** What the file of a source exports: what is declared of it, and what only the sandbox takes, the rows that it makes up. */
export interface SourceFile {
	readonly source: SourceDefinition;
	readonly sample: SampleRow;
	/** What a parameter lets through that no field of a row answers to, by the parameter. `row` is of `sample`. */
	readonly lets?: Readonly<Record<string, (row: unknown, value: string) => boolean>>;
}

/** Checks a definition's shape and keeps its literal types. */
export function defineSource<const T extends SourceDefinition>(definition: T): T {
	return definition;
}
