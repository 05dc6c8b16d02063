import {shapes} from '../console/consoles.ts';
import type {RequestProfile} from '../../src/console/profile.ts';
import type {ConsoleShapeName} from '../../src/sandbox/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';
import type {VendorName} from '../../src/sources/vendors/index.ts';
import {everySource} from '../helpers/every-source.ts';

/** What an expectation can be about: a trait that several columns share, or one column. */
export type Trait =
	| 'app token' | 'user token' | 'console' | 'page tokens' | 'totals' | 'offset' | 'numbered'
	| VendorName | 'no ids' | 'rows in seconds' | 'asked by GET' | 'tokens at the end' | 'event page' | 'event offset' | 'event cursor' | 'client page' | 'server log';

/** One source as the matrix asks it. */
export interface Column {
	/** The heading, unique. */
	readonly name: string;
	/** As the sandbox names it in its rules. */
	readonly source: string;
	/** The subcommand and what the source alone needs. */
	readonly args: readonly string[];
	readonly traits: readonly Trait[];
	/** The member of a row that is its id; null where rows have none. */
	readonly id: string | null;
	/** Where rows have no id: the member that is their time, by which the tests tell altered rows apart. */
	readonly time?: string;
	/** Generated rows per source and day. */
	readonly recordsPerDay: number;
	/** The console alone: how it is asked, and how the sandbox speaks. */
	readonly profile?: RequestProfile;
	readonly console?: ConsoleShapeName;
}

const perDay = 12;

function consoleColumn(kind: 'event' | 'client', shape: ConsoleShapeName, parts: Pick<Column, 'id' | 'traits'> & Partial<Column>): Column {
	return {
		name: `${kind} (${shape})`, source: `feishu-app-log ${kind}`, args: ['feishu-app-log', kind, '--request-profile', 'profile.yaml'],
		recordsPerDay: perDay, profile: shapes[shape], console: shape, ...parts,
	};
}

const pages = {token: ['page tokens'], numbered: ['totals', 'numbered'], offset: ['totals', 'offset']} as const;

/** A source of the registry, by nothing but its declaration. */
function sourceColumn(source: SourceDefinition, args: readonly string[]): Column {
	const {name, vendor, auth = 'app', id, time, endpoint, pagination, range: {unitMs, rowUnitMs = unitMs}} = source;
	const traits: Array<Trait | false> = [
		vendor, `${auth} token`, ...pages[pagination.style],
		id === null && 'no ids', rowUnitMs > unitMs && 'rows in seconds', endpoint.method === 'GET' && 'asked by GET',
		'tokenAtEnd' in pagination && 'tokens at the end',
	];
	return {name, source: name, args, id, time, recordsPerDay: perDay, traits: traits.filter(trait => trait !== false)};
}

/** Every source of the registry. */
export const sourceColumns: readonly Column[] = everySource.map(({source, args}) => sourceColumn(source, args));

/** The logs of one app, and the three ways in which the sandbox's developer console can speak. */
export const appLogColumns: readonly Column[] = [
	{name: 'app-log server', source: 'feishu-openapi', args: ['feishu-app-log', 'server'], id: 'id', recordsPerDay: 4 * perDay, traits: ['server log', 'app token', 'page tokens']},
	consoleColumn('event', 'page', {id: 'id', traits: ['event page', 'console', 'totals', 'numbered']}),
	consoleColumn('event', 'offset', {id: 'record_id', traits: ['event offset', 'console', 'totals', 'numbered']}),
	consoleColumn('event', 'cursor', {id: 'id', traits: ['event cursor', 'console', 'page tokens']}),
	consoleColumn('client', 'page', {
		id: 'id', traits: ['client page', 'console', 'totals', 'numbered'], recordsPerDay: 3 * perDay,
		args: ['feishu-app-log', 'client', '--app-feature', 'mini-program', '--request-profile', 'profile.yaml'],
	}),
];

export const columns: readonly Column[] = [...sourceColumns, ...appLogColumns];
