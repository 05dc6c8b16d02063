import type {VendorName} from '../../sources/vendors/index.ts';
import {feishu} from './feishu.ts';
import {trae} from './trae.ts';
import type {SandboxVendor} from './types.ts';

/** The stand-in's half of every vendor. */
export const sandboxVendors = {feishu, trae} satisfies Record<VendorName, SandboxVendor>;
