import {searchKinds} from '../../../src/sources/app-log-kinds.ts';
import {sources} from '../../../src/sources/index.ts';
import type {SourceDefinition} from '../../../src/sources/types.ts';
import {vendors, type VendorName} from '../../../src/sources/vendors/index.ts';
import {consoleShapeNames} from '../../../src/sandbox/console/shape-names.ts';
import {consoleShape} from '../../../src/sandbox/console/shapes/index.ts';
import {consoleSearches} from '../../../src/sandbox/console/searches.ts';
import {sandboxVendors} from '../../../src/sandbox/vendors/index.ts';
import type {AnswerShape} from '../../../src/sandbox/answer-shape.ts';
import {sourceShape} from './shapes.ts';

/** Which API a request asks. */
export interface AskedApi {
	readonly vendor: VendorName;
	/** Absent for token exchanges. */
	readonly source?: string;
	readonly shape?: AnswerShape;
	/** How this API alone refuses a request for its rate, where that is not the vendor's way. */
	readonly rateRefusal?: {readonly status: number; readonly body: object};
}

interface KnownPath {
	readonly pattern: RegExp;
	readonly api: AskedApi;
}

const known: readonly KnownPath[] = [...sourcePaths(), ...consolePaths(), ...exchangePaths()];

/** Every source whose API the sandbox has, those of the developer console too. */
export const askedSources: readonly string[] = [...new Set(known.flatMap(({api: {source}}) => source === undefined ? [] : [source]))];

/** The API that a path belongs to; undefined for signing in, pages, and paths that nothing answers. */
export function askedApi(path: string): AskedApi | undefined {
	return known.find(({pattern}) => pattern.test(path))?.api;
}

function sourcePaths(): KnownPath[] {
	return Object.values<SourceDefinition>(sources).map(definition => ({
		pattern: pathPattern(definition.endpoint.path),
		api: {vendor: definition.vendor, source: definition.name, shape: sourceShape(definition)},
	}));
}

function consolePaths(): KnownPath[] {
	const {appId} = sandboxVendors.feishu.credentials;
	return consoleShapeNames.flatMap(name => {
		const spoken = consoleShape(name, 'inclusive');
		return searchKinds.map(kind => ({
			pattern: pathPattern(spoken.searchPath(kind, appId)),
			api: {vendor: 'feishu' as const, source: consoleSearches[kind].source, shape: spoken.answer(kind), rateRefusal: spoken.refusal('rate', '')},
		}));
	});
}

function exchangePaths(): KnownPath[] {
	return Object.values(sandboxVendors).map(({name: vendor}) => ({pattern: pathPattern(vendors[vendor].exchange.path), api: {vendor}}));
}

/** `:name` stands for any one part of a path. */
function pathPattern(path: string): RegExp {
	const parts = path.split('/').map(part => part.startsWith(':') ? '[^/]+' : part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
	return new RegExp(`^${parts.join('/')}$`);
}
