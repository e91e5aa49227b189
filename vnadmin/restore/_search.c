/* The beam search of decoder.py, compiled: one sequence at a time, one node at a time. Its twin in
 * NumPy is used where this was not compiled, and says more about why; tests hold both to the same
 * results. Nothing is kept between calls, and the search runs without the interpreter's lock. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "_model.h"

#define NO_WORD 0xFFFF
#define SAID 3 /* words an arc can say at most */

typedef struct {
    uint64_t context;
    double forward, viterbi;
    double share; /* of all paths kept, those through this state */
    Backoffs backoffs[2];
    int64_t best_arc; /* -1 at the start */
    int64_t best_from;
} State;

typedef struct {
    int64_t source, arc;
    uint64_t context;
    double score, weight, forward, viterbi;
    int group;
} Expansion;

/* Expansions that reach a node in the same context. */
typedef struct {
    uint64_t context;
    double peak, sum, total, best;
    int size, winner;
    int64_t target; /* -1 where the beam drops it */
} Group;

typedef struct {
    int64_t source, target, arc;
    double weight;
} Edge;

/* Nodes of all sequences are numbered in one go; arcs stand in order of the nodes they lead to. */
typedef struct {
    const int64_t *lengths; /* of each sequence: it has a node more */
    const int64_t *first;   /* of each node, its first place in `by_node`; one more at the end */
    const int64_t *by_node, *start;
    const uint16_t *words;
    const float *log_prob;
    Py_ssize_t sequences, nodes, arcs;
    uint64_t boundary;
    double lm_weight, margin;
    int width;
    double *posterior, *evidence;
    int64_t *path, *path_length;
} Task;

/* Room to work in, enough for any sequence or node. */
typedef struct {
    State *states; /* by number: node of the sequence * width + rank */
    Expansion *expansions;
    Query *queries;
    Group *groups;
    Edge *edges;
    int *kept;   /* states of each node */
    int *chosen; /* groups kept, best first */
    int *slots;  /* hash table of groups by context */
} Space;

static void speak(const Model *model, const Task *task, Space *space, int count)
{
    Expansion *expansions = space->expansions;
    Query *queries = space->queries;
    for (int place = 0; place < SAID; place++) {
        int asked = 0;
        for (int i = 0; i < count; i++) {
            uint16_t word = task->words[expansions[i].arc * SAID + place];
            if (word == NO_WORD)
                continue;
            Query *q = &queries[asked++];
            q->owner = i;
            q->word = word;
            q->context = expansions[i].context;
            if (place == 0) {
                const State *source = &space->states[expansions[i].source];
                memcpy(q->backoffs, source->backoffs, sizeof q->backoffs);
            }
        }
        if (place > 0)
            fill_backoffs(model, queries, asked);
        score(model, queries, asked);
        for (int i = 0; i < asked; i++) {
            Expansion *e = &expansions[queries[i].owner];
            e->score += queries[i].score;
            e->context = last_words(e->context << 16 | queries[i].word, model->context);
        }
    }
}

/* Put expansions of the same context into one group; return how many there are. */
static int merge(Space *space, int count, double margin)
{
    Expansion *expansions = space->expansions;
    Group *groups = space->groups;
    int found = 0, mask = 1;
    while (mask < 2 * count)
        mask *= 2;
    memset(space->slots, 0xFF, (size_t)mask * sizeof(int));
    mask--;
    double top = -INFINITY;
    for (int i = 0; i < count; i++) {
        Expansion *e = &expansions[i];
        int slot = (int)(mixed(e->context) & (uint64_t)mask);
        while (space->slots[slot] >= 0 && groups[space->slots[slot]].context != e->context)
            slot = (slot + 1) & mask;
        if (space->slots[slot] < 0) {
            space->slots[slot] = found;
            groups[found++] = (Group){e->context, e->forward, 0, 0, e->viterbi, 1, i, -1};
        } else {
            Group *g = &groups[space->slots[slot]];
            g->size++;
            if (e->forward > g->peak)
                g->peak = e->forward;
            if (e->viterbi > g->best) {
                g->best = e->viterbi;
                g->winner = i;
            }
        }
        e->group = space->slots[slot];
        if (e->forward > top)
            top = e->forward;
    }
    /* log(size) < size, so that a group whose peak is that far down can't be kept. */
    for (int i = 0; i < count; i++) {
        Group *g = &groups[expansions[i].group];
        if (g->size > 1 && g->peak + g->size > top - margin)
            g->sum += exp(expansions[i].forward - g->peak);
    }
    for (int i = 0; i < found; i++)
        groups[i].total = groups[i].peak + (groups[i].sum > 0 ? log(groups[i].sum) : 0.0);
    return found;
}

/* Choose the best groups of a node, in order of score; return how many. */
static int choose(Space *space, int found, int width, double margin)
{
    const Group *groups = space->groups;
    int *chosen = space->chosen, kept = 0;
    double top = -INFINITY;
    for (int i = 0; i < found; i++)
        if (groups[i].total > top)
            top = groups[i].total;
    for (int i = 0; i < found; i++) {
        const Group *g = &groups[i];
        if (!(top - g->total < margin))
            continue;
        int place = kept;
        while (place > 0 && (g->total > groups[chosen[place - 1]].total ||
                             (g->total == groups[chosen[place - 1]].total &&
                              g->context < groups[chosen[place - 1]].context)))
            place--;
        if (place == width)
            continue;
        kept += kept < width;
        memmove(chosen + place + 1, chosen + place, (size_t)(kept - place - 1) * sizeof(int));
        chosen[place] = i;
    }
    return kept;
}

static void keep_backoffs(const Model *model, Space *space, State *states, int count)
{
    for (int i = 0; i < count; i++)
        space->queries[i].context = states[i].context;
    fill_backoffs(model, space->queries, count);
    for (int i = 0; i < count; i++)
        memcpy(states[i].backoffs, space->queries[i].backoffs, sizeof states[i].backoffs);
}

/* Extend states by the arcs that lead to `node`; return how many edges there are by then. */
static int64_t advance(const Model *model, const Task *task, Space *space, const int64_t *first,
                       int64_t node, int64_t edges)
{
    Expansion *expansions = space->expansions;
    State *states = space->states;
    int count = 0, width = task->width;
    for (int64_t i = first[node]; i < first[node + 1]; i++) {
        int64_t arc = task->by_node[i], from = task->start[arc];
        for (int rank = 0; rank < space->kept[from]; rank++) {
            int64_t source = from * width + rank;
            expansions[count++] =
                (Expansion){.source = source, .arc = arc, .context = states[source].context};
        }
    }
    speak(model, task, space, count);
    for (int i = 0; i < count; i++) {
        Expansion *e = &expansions[i];
        e->weight = task->log_prob[e->arc] + task->lm_weight * e->score;
        e->forward = states[e->source].forward + e->weight;
        e->viterbi = states[e->source].viterbi + e->weight;
    }
    int found = merge(space, count, task->margin);
    int kept = choose(space, found, width, task->margin);
    space->kept[node] = kept;
    for (int rank = 0; rank < kept; rank++) {
        Group *g = &space->groups[space->chosen[rank]];
        const Expansion *winner = &expansions[g->winner];
        g->target = node * width + rank;
        states[g->target] = (State){.context = g->context, .forward = g->total, .viterbi = g->best,
                                    .best_arc = winner->arc, .best_from = winner->source};
    }
    keep_backoffs(model, space, states + node * width, kept);
    for (int i = 0; i < count; i++) {
        const Expansion *e = &expansions[i];
        int64_t target = space->groups[e->group].target;
        if (target >= 0)
            space->edges[edges++] = (Edge){e->source, target, e->arc, e->weight};
    }
    return edges;
}

/* Search a sequence whose nodes begin at `base`: forward, then each state's share handed back, then
 * the best path, its last arc first. */
static int64_t search(const Model *model, const Task *task, Space *space, Py_ssize_t sequence,
                      int64_t base, int64_t *path)
{
    State *states = space->states;
    int64_t edges = 0, length = task->lengths[sequence];
    states[0] = (State){.context = task->boundary, .best_arc = -1, .best_from = -1};
    keep_backoffs(model, space, states, 1);
    space->kept[0] = 1;
    for (int64_t node = 1; node <= length; node++)
        edges = advance(model, task, space, task->first + base, node, edges);

    State *finals = states + length * task->width;
    int kept = space->kept[length], best = 0;
    double sum = 0;
    for (int i = 0; i < kept; i++) {
        sum += finals[i].share = exp(finals[i].forward - finals[0].forward);
        if (finals[i].viterbi > finals[best].viterbi)
            best = i;
    }
    task->evidence[sequence] = kept ? finals[0].forward + log(sum) : -INFINITY;
    for (int i = 0; i < kept; i++)
        finals[i].share /= sum;
    for (int64_t i = edges - 1; i >= 0; i--) {
        const Edge *e = &space->edges[i];
        State *source = &states[e->source];
        const State *target = &states[e->target];
        double part = target->share * exp(source->forward + e->weight - target->forward);
        source->share += part;
        task->posterior[e->arc] += part;
    }
    int64_t count = 0;
    if (kept)
        for (const State *s = &finals[best]; s->best_arc >= 0; s = &states[s->best_from])
            path[count++] = s->best_arc;
    return count;
}

/* Search all sequences. Return 0, -1 where memory ran out, or -2 where the lattice is none. */
static int run(const Model *model, const Task *task, int64_t vocabulary)
{
    int64_t longest = 0, most_arcs = 0, most_edges = 0, base = 0, total = 0;
    for (Py_ssize_t i = 0; i < task->sequences; i++, base++) {
        int64_t begin = base, length = task->lengths[i];
        if (length < 0 || length >= task->nodes - base)
            return -2;
        for (int64_t node = 0; node <= length; node++) {
            int64_t from = task->first[begin + node], to = task->first[begin + node + 1];
            if (from < 0 || to < from || to > task->arcs)
                return -2;
            for (int64_t n = from; n < to; n++) {
                int64_t arc = task->by_node[n];
                if (arc < 0 || arc >= task->arcs || task->start[arc] < 0 ||
                    task->start[arc] >= node)
                    return -2;
                for (const uint16_t *w = task->words + arc * SAID, *end = w + SAID; w < end; w++)
                    if (*w >= vocabulary && *w != NO_WORD)
                        return -2;
            }
            most_arcs = to - from > most_arcs ? to - from : most_arcs;
        }
        base += length;
        int64_t arcs = task->first[base + 1] - task->first[begin];
        most_edges = arcs > most_edges ? arcs : most_edges;
        longest = length > longest ? length : longest;
    }
    size_t width = (size_t)task->width, states = (size_t)(longest + 1) * width;
    size_t count = (size_t)(most_arcs + 1) * width, edges = (size_t)most_edges * width;
    Space space;
    char *room = malloc(states * sizeof(State) + edges * sizeof(Edge) +
                        count * (sizeof(Expansion) + sizeof(Query) + sizeof(Group)) +
                        ((size_t)longest + 1 + width + 1 + 4 * count) * sizeof(int));
    if (!room)
        return -1;
    space.states = (State *)room;
    space.edges = (Edge *)(space.states + states);
    space.expansions = (Expansion *)(space.edges + edges);
    space.queries = (Query *)(space.expansions + count);
    space.groups = (Group *)(space.queries + count);
    space.kept = (int *)(space.groups + count);
    space.chosen = space.kept + longest + 1;
    space.slots = space.chosen + width + 1;
    base = 0;
    for (Py_ssize_t i = 0; i < task->sequences; i++) {
        task->path_length[i] = search(model, task, &space, i, base, task->path + total);
        total += task->lengths[i];
        base += task->lengths[i] + 1;
    }
    free(room);
    return 0;
}

/* Bytes of an element: lengths, first, by_node, start, words, log_prob; posterior, evidence, path,
 * path_length, which are written to. All of a model have four: unigram, unigram_backoff, slots and
 * values of each table of n-grams, then of back-offs; the same of an added one, log_share, log_rest. */
static const Py_ssize_t SIZES[] = {8, 8, 8, 8, 2, 4, 8, 8, 8, 8};
enum { FIRST_OUT = 6, FIRST_MODEL = 10 };
#define MODEL_BUFFERS(context) (2 + 2 * (2 * (context) - 1))
#define MOST_BUFFERS (FIRST_MODEL + 2 * MODEL_BUFFERS(MOST_CONTEXT) + 2)

static Model read_model(const Py_buffer *buffers, int context)
{
    Model model = {.context = context};
    model.unigram = buffers[0].buf;
    model.unigram_backoff = buffers[1].buf;
    for (int i = 0; i < 2 * context - 1; i++) {
        const Py_buffer *slots = &buffers[2 + 2 * i];
        Table table = {slots[0].buf, (uint64_t)(slots[0].len / (4 * SLOTS)), slots[1].buf};
        *(i < context ? &model.ngrams[i] : &model.backoffs[i - context]) = table;
    }
    return model;
}

static PyObject *decode(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *given, *result = NULL;
    Py_buffer buffers[MOST_BUFFERS];
    unsigned long long boundary;
    double lm_weight, margin;
    int context, width, count = 0;
    if (!PyArg_ParseTuple(arguments, "O!iKdid", &PyTuple_Type, &given, &context, &boundary,
                          &lm_weight, &width, &margin))
        return NULL;
    Py_ssize_t wanted = PyTuple_GET_SIZE(given), alone = FIRST_MODEL + MODEL_BUFFERS(context);
    if (context < 1 || context > MOST_CONTEXT || width < 1 ||
        (wanted != alone && wanted != alone + MODEL_BUFFERS(context) + 2)) {
        PyErr_SetString(PyExc_ValueError, "not a lattice and a model");
        return NULL;
    }
    for (; count < wanted; count++) {
        int writable = count >= FIRST_OUT && count < FIRST_MODEL;
        Py_ssize_t size = count < FIRST_MODEL ? SIZES[count] : 4;
        if (PyObject_GetBuffer(PyTuple_GET_ITEM(given, count), &buffers[count],
                               PyBUF_C_CONTIGUOUS | (writable ? PyBUF_WRITABLE : 0)) < 0)
            goto done;
        if (buffers[count].itemsize != size) {
            PyErr_Format(PyExc_ValueError, "buffer %d: elements of the wrong size", count);
            count++;
            goto done;
        }
    }
    Model model = read_model(buffers + FIRST_MODEL, context), added;
    if (wanted > alone) {
        added = read_model(buffers + alone, context);
        model.added = &added;
        model.log_share = buffers[wanted - 2].buf;
        model.log_rest = buffers[wanted - 1].buf;
    }
    const Py_buffer *b = buffers;
    Task task = {b[0].buf, b[1].buf, b[2].buf, b[3].buf, b[4].buf, b[5].buf, b[0].len / 8,
                 b[1].len / 8 - 1, b[5].len / 4, boundary, lm_weight, margin, width,
                 b[6].buf, b[7].buf, b[8].buf, b[9].buf};
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = run(&model, &task, buffers[FIRST_MODEL].len / 4);
    Py_END_ALLOW_THREADS
    if (failed == -2)
        PyErr_SetString(PyExc_ValueError, "arcs of the lattice lead nowhere");
    else if (failed)
        PyErr_NoMemory();
    else
        result = Py_NewRef(Py_None);
done:
    while (count-- > 0)
        PyBuffer_Release(&buffers[count]);
    return result;
}

static PyMethodDef METHODS[] = {{"decode", decode, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef MODULE = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "_search", .m_methods = METHODS};

PyMODINIT_FUNC PyInit__search(void)
{
    return PyModuleDef_Init(&MODULE);
}
