import {feishu} from './feishu.ts';
import {trae} from './trae.ts';
import type {VendorDefinition} from './types.ts';

/** Every vendor; a source names one of these. */
export const vendors = {feishu, trae} satisfies Record<string, VendorDefinition>;

export type VendorName = keyof typeof vendors;
