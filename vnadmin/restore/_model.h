/* Scoring words by the n-gram model (language/model.py, table.py) for _search.c: many at a time, so
 * that memory is fetched while others are worked on. */
#include <math.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

#define MOST_CONTEXT 3 /* words of context at most: keys of n-grams have 64 bits, 16 a word */
#define SLOTS 4        /* of a bucket */
#define ABSENT 256     /* codes of a table are below */

/* ---- Tables (language/table.py) ---- */

typedef struct {
    const uint32_t *slots;
    uint64_t buckets;
    const float *values; /* of each code */
} Table;

typedef struct {
    const uint32_t *one, *two; /* the buckets that may hold the key */
    uint32_t mark;
} Probe;

static uint64_t mixed(uint64_t key)
{
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9u;
    key = (key ^ (key >> 27)) * 0x94D049BB133111EBu;
    return key ^ (key >> 31);
}

/* Work out where a key is looked for, and have memory fetched before it is needed. */
static Probe probe(const Table *table, uint64_t key)
{
    uint64_t first = mixed(key), second = mixed(first + 0x9E3779B97F4A7C15u);
    Probe p;
    p.one = table->slots + SLOTS * (((first & 0xFFFFFFFFu) * table->buckets) >> 32);
    p.two = table->slots + SLOTS * (((second & 0xFFFFFFFFu) * table->buckets) >> 32);
    p.mark = (uint32_t)((first >> 40) | 1) << 8;
    PREFETCH(p.one);
    PREFETCH(p.two);
    return p;
}

static uint32_t code_at(Probe p)
{
    uint32_t best = UINT32_MAX;
    for (int slot = 0; slot < SLOTS; slot++) {
        uint32_t one = p.one[slot] ^ p.mark, two = p.two[slot] ^ p.mark;
        best = one < best ? one : best;
        best = two < best ? two : best;
    }
    return best;
}

/* ---- The language model (language/model.py) ---- */

typedef struct Model {
    int context; /* words of context: the order less one */
    const float *unigram, *unigram_backoff;
    Table ngrams[MOST_CONTEXT], backoffs[MOST_CONTEXT - 1];
    const struct Model *added;          /* an archive's own wording, or NULL */
    const float *log_share, *log_rest;  /* by the longest contexts known, base's and added's */
} Model;

typedef struct {
    float weights[MOST_CONTEXT];
    unsigned known; /* bit n: an n-gram of the model continues the last n+1 words */
} Backoffs;

typedef struct {
    uint64_t context;
    Backoffs backoffs[2]; /* the model's, the added one's */
    uint32_t word;
    float score;
    int owner; /* the expansion that asks */
    Probe probes[MOST_CONTEXT];
} Query;

static uint64_t last_words(uint64_t context, int count)
{
    return context & ((UINT64_C(1) << (16 * count)) - 1);
}

static void fill_part(const Model *model, int part, Query *queries, int count)
{
    for (int i = 0; i < count; i++)
        for (int n = 2; n <= model->context; n++)
            queries[i].probes[n - 2] =
                probe(&model->backoffs[n - 2], last_words(queries[i].context, n));
    for (int i = 0; i < count; i++) {
        Backoffs *b = &queries[i].backoffs[part];
        b->weights[0] = model->unigram_backoff[last_words(queries[i].context, 1)];
        b->known = part == 0 || b->weights[0] != 0;
        for (int n = 2; n <= model->context; n++) {
            uint32_t code = code_at(queries[i].probes[n - 2]);
            b->weights[n - 1] = code < ABSENT ? model->backoffs[n - 2].values[code] : 0.0f;
            b->known |= (unsigned)(code < ABSENT) << (n - 1);
        }
    }
}

static void fill_backoffs(const Model *model, Query *queries, int count)
{
    fill_part(model, 0, queries, count);
    if (model->added)
        fill_part(model->added, 1, queries, count);
}

static float mixed_score(const Model *model, const Query *q, float other)
{
    int base = 0, added = 0;
    for (int n = 0; n < model->context; n++) {
        base += q->backoffs[0].known >> n & 1;
        added += q->backoffs[1].known >> n & 1;
    }
    int cell = base * (model->context + 1) + added;
    float one = q->score + model->log_rest[cell], two = other + model->log_share[cell];
    return fmaxf(one, two) + log1pf(expf(-fabsf(one - two)));
}

/* From the unigram up, the longest n-gram known decides. */
static void score_part(const Model *model, int part, Query *queries, int count, const Model *whole)
{
    for (int i = 0; i < count; i++)
        for (int n = 1; n <= model->context; n++)
            if (queries[i].backoffs[part].known >> (n - 1) & 1)
                queries[i].probes[n - 1] =
                    probe(&model->ngrams[n - 1],
                          last_words(queries[i].context, n) << 16 | queries[i].word);
    for (int i = 0; i < count; i++) {
        Query *q = &queries[i];
        const Backoffs *b = &q->backoffs[part];
        if (part == 1 && !(b->known & 1))
            continue;
        float value = model->unigram[q->word];
        for (int n = 1; n <= model->context; n++) {
            value += b->weights[n - 1];
            if (b->known >> (n - 1) & 1) {
                uint32_t code = code_at(q->probes[n - 1]);
                if (code < ABSENT)
                    value = model->ngrams[n - 1].values[code];
            }
        }
        q->score = part == 0 ? value : mixed_score(whole, q, value);
    }
}

/* Score each word after its context. */
static void score(const Model *model, Query *queries, int count)
{
    score_part(model, 0, queries, count, model);
    if (model->added)
        score_part(model->added, 1, queries, count, model);
}
