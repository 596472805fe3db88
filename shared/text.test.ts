import { describe, expect, it } from 'vitest';
import { foldCase, searchTerms, truncate } from './text.ts';

describe('foldCase', () => {
  it('makes texts equal that look alike', () => {
    expect(foldCase('ＡNNA')).toBe(foldCase('anna'));
    expect(foldCase('A\u0308nne')).toBe(foldCase('Änne'));
    expect(foldCase('ﬁne')).toBe('fine');
  });
});

describe('searchTerms', () => {
  it('are the whole names and each of their words, once', () => {
    expect(searchTerms('anna.m', 'Anna Maria')).toEqual(['anna.m', 'anna maria', 'anna', 'm', 'maria']);
    expect(searchTerms('ben', 'Ben')).toEqual(['ben']);
  });

  it('have no empty word', () => {
    expect(searchTerms('x', '  --  ')).not.toContain('');
  });
});

describe('truncate', () => {
  it('leaves a short text alone and marks a cut', () => {
    expect(truncate('short', 5)).toBe('short');
    expect(truncate('too long', 5)).toBe('too …');
  });

  it('breaks no character', () => {
    expect(truncate('🎈🎈🎈🎈', 3)).toBe('🎈🎈…');
  });
});
