import {shapes} from '../console/consoles.ts';
import type {RequestProfile} from '../../src/console/profile.ts';
import type {ConsoleShapeName} from '../../src/sandbox/index.ts';

/** What an expectation can be about: a trait that several columns share, or one column. */
export type Trait =
	| 'app token' | 'user token' | 'console' | 'page tokens' | 'totals' | 'offset' | 'numbered'
	| 'trae' | 'behavior' | 'event page' | 'event offset' | 'event cursor' | 'client page' | 'server log';

/** One source as the matrix asks it. */
export interface Column {
	/** The heading, unique. */
	readonly name: string;
	/** As the sandbox names it in its rules. */
	readonly source: string;
	/** The subcommand and what the source alone needs. */
	readonly args: readonly string[];
	readonly traits: readonly Trait[];
	/** The member of a row that is its id. */
	readonly id: string;
	/** Generated rows per source and day. */
	readonly recordsPerDay: number;
	/** The console alone: how it is asked, and how the sandbox speaks. */
	readonly profile?: RequestProfile;
	readonly console?: ConsoleShapeName;
}

const perDay = 12;
const namespace = ['--namespace', 'package_sandbox'];

function consoleColumn(kind: 'event' | 'client', shape: ConsoleShapeName, parts: Pick<Column, 'id' | 'traits'> & Partial<Column>): Column {
	return {
		name: `${kind} (${shape})`, source: `feishu-app-log ${kind}`, args: ['feishu-app-log', kind, '--request-profile', 'profile.yaml'],
		recordsPerDay: perDay, profile: shapes[shape], console: shape, ...parts,
	};
}

/** Every source, and the three ways in which the sandbox's developer console can speak. */
export const columns: readonly Column[] = [
	{name: 'feishu-openapi', source: 'feishu-openapi', args: ['feishu-openapi'], id: 'id', recordsPerDay: perDay, traits: ['app token', 'page tokens']},
	{name: 'trae-openapi', source: 'trae-openapi', args: ['trae-openapi'], id: 'log_id', recordsPerDay: perDay, traits: ['trae', 'app token', 'totals', 'numbered']},
	{name: 'feishu-apaas', source: 'feishu-apaas', args: ['feishu-apaas', ...namespace], id: 'log_id', recordsPerDay: perDay, traits: ['user token', 'totals', 'offset']},
	{name: 'feishu-apaas-data-change', source: 'feishu-apaas-data-change', args: ['feishu-apaas-data-change', ...namespace], id: 'log_id', recordsPerDay: perDay, traits: ['user token', 'totals', 'offset']},
	{name: 'feishu-behavior', source: 'feishu-behavior', args: ['feishu-behavior'], id: 'unique_id', recordsPerDay: perDay, traits: ['behavior', 'app token', 'page tokens']},
	{name: 'app-log server', source: 'feishu-openapi', args: ['feishu-app-log', 'server'], id: 'id', recordsPerDay: 4 * perDay, traits: ['server log', 'app token', 'page tokens']},
	consoleColumn('event', 'page', {id: 'id', traits: ['event page', 'console', 'totals', 'numbered']}),
	consoleColumn('event', 'offset', {id: 'record_id', traits: ['event offset', 'console', 'totals', 'numbered']}),
	consoleColumn('event', 'cursor', {id: 'id', traits: ['event cursor', 'console', 'page tokens']}),
	consoleColumn('client', 'page', {
		id: 'id', traits: ['client page', 'console', 'totals', 'numbered'], recordsPerDay: 3 * perDay,
		args: ['feishu-app-log', 'client', '--app-feature', 'mini-program', '--request-profile', 'profile.yaml'],
	}),
];
