import {testColumn} from './matrix.ts';

testColumn('trae-openapi');
