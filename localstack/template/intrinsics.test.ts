// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
import { describe, expect, it } from 'vitest';
import { noValue, refuseDynamicReferences, resolve, type Scope, truth } from './intrinsics.ts';

const scope: Scope = {
  ref: (id) => (id === 'AWS::NoValue' ? noValue : id === 'AWS::Region' ? 'us-east-1' : `ref-${id}`),
  getAtt: (id, attribute) => `${id}/${attribute}`,
  importValue: (name) => `imported-${name}`,
  condition: (name) => name === 'Yes',
  mapping: (map, first, second) => `${map}-${first}-${second}`,
};

describe('resolve', () => {
  it.each([
    ['Ref', { Ref: 'Table' }, 'ref-Table'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table/Arn'],
    ['Fn::GetAtt as a text', { 'Fn::GetAtt': 'Nested.Outputs.Name' }, 'Nested/Outputs.Name'],
    ['Fn::Join', { 'Fn::Join': [':', ['a', { Ref: 'B' }, 3]] }, 'a:ref-B:3'],
    ['Fn::Split', { 'Fn::Split': ['/', { 'Fn::GetAtt': ['A', 'b/c'] }] }, ['A', 'b', 'c']],
    ['Fn::Select of Fn::Split', { 'Fn::Select': ['1', { 'Fn::Split': ['-', 'x-y'] }] }, 'y'],
    ['Fn::ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': '${AWS::Region}-x' } }, 'imported-us-east-1-x'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'k'] }, 'M-us-east-1-k'],
    ['Fn::Sub', { 'Fn::Sub': '${A}.${B.Arn} ${!Literal}' }, 'ref-A.B/Arn ${Literal}'],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${A}${v}', { v: { Ref: 'V' } }] }, 'ref-Aref-V'],
    ['Fn::If', [{ 'Fn::If': ['Yes', 1, 2] }, { 'Fn::If': ['No', 1, 2] }], [1, 2]],
  ])('evaluates %s', (_name, expression, expected) => {
    expect(resolve(expression, scope)).toEqual(expected);
  });

  it('takes away what AWS::NoValue stands for, in objects and in lists', () => {
    const value = { kept: 1, gone: { Ref: 'AWS::NoValue' }, list: [1, { Ref: 'AWS::NoValue' }] };
    expect(resolve(value, scope)).toEqual({ kept: 1, list: [1] });
  });

  it('leaves an object alone that only looks like a function beside other keys', () => {
    expect(resolve({ Ref: 'A', other: 1 }, scope)).toEqual({ Ref: 'A', other: 1 });
  });

  it('names a function that it does not know', () => {
    expect(() => resolve({ 'Fn::Cidr': [] }, scope)).toThrow('The function Fn::Cidr is not supported');
  });

  it('leaves a dynamic reference to whoever reads the value', () => {
    const value = { 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'S' }, ':SecretString:::}}']] };
    expect(resolve(value, scope)).toBe('{{resolve:secretsmanager:ref-S:SecretString:::}}');
  });
});

describe('refuseDynamicReferences', () => {
  it('finds one however deep it is, and names it', () => {
    const value = { Variables: { KEY: 'a{{resolve:ssm:name}}b' } };
    expect(() => refuseDynamicReferences(value)).toThrow(
      'Dynamic references are not supported: {{resolve:ssm:name}}',
    );
  });

  it('takes everything else', () => {
    expect(() => refuseDynamicReferences({ a: '{{name}}', b: [undefined, null, 1] })).not.toThrow();
    expect(() => refuseDynamicReferences(undefined)).not.toThrow();
  });
});

describe('truth', () => {
  it('combines conditions', () => {
    const equal = { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] };
    expect(truth({ 'Fn::And': [equal, { Condition: 'Yes' }] }, scope)).toBe(true);
    expect(truth({ 'Fn::Or': [{ Condition: 'No' }, { 'Fn::Not': [equal] }] }, scope)).toBe(false);
  });
});
