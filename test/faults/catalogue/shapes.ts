import {searchKinds} from '../../../src/sources/app-log-kinds.ts';
import {sources} from '../../../src/sources/index.ts';
import type {SourceDefinition} from '../../../src/sources/types.ts';
import {vendors} from '../../../src/sources/vendors/index.ts';
import {consoleSearches} from '../../../src/sandbox/console/searches.ts';
import type {ConsoleShapeName} from '../../../src/sandbox/console/shape-names.ts';
import {consoleShape} from '../../../src/sandbox/console/shapes/index.ts';
import type {AnswerShape} from '../../../src/sandbox/answer-shape.ts';

/**
 * Where the answers to a source's requests hold their parts, or undefined where no source has that name. Searches of the
 * developer console are named as requests report them: `feishu-app-log event`.
 * @param console how the developer console speaks
 */
export function answerShapeOf(source: string, console: ConsoleShapeName): AnswerShape | undefined {
	const kind = searchKinds.find(name => consoleSearches[name].source === source);
	// How the end of a range is read changes nothing about where things stand.
	if (kind !== undefined) return consoleShape(console, 'inclusive').answer(kind);
	const definition = Object.values<SourceDefinition>(sources).find(({name}) => name === source);
	return definition === undefined ? undefined : sourceShape(definition);
}

/** As `answerShapeOf`, for a source that is not of the developer console. */
export function sourceShape({rows, id, time, pagination, range, vendor}: SourceDefinition): AnswerShape {
	return {
		rows,
		id: id?.split('.') ?? [],
		time: time.split('.'),
		pagination,
		range: {start: range.start, end: range.end},
		envelope: {code: ['code'], message: [vendors[vendor].messageField]},
	};
}
