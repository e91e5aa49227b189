/* The edit channel's dynamic programme (edits.py), compiled: the same sums in the same order as its
 * twin in NumPy, which is used where this was not compiled. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct {
    const float *values;
    Py_ssize_t columns;
} Matrix;

/* Texts laid end to end: text n is at offsets[n] … offsets[n + 1]; codes[k] holds, of each place,
 * the number of the substring of k + 1 characters that starts there. */
typedef struct {
    const int64_t *offsets;
    const int32_t *codes[3];
} Texts;

enum { ONE_ONE, ONE_TWO, ONE_THREE, TWO_ONE, ONE_NONE, NONE_ONE, SHAPES }; /* STEPS of edits.py */

static float better(float best, float before, const Matrix *matrix, int32_t row, int32_t column)
{
    float value = matrix->values[row * matrix->columns + column] + before;
    return value > best ? value : best;
}

/* Return the best path's log probability; `cells` has room for every pair of places. */
static float best_path(const Matrix *steps, const Texts *left, int64_t l, const Texts *right,
                       int64_t r, float *cells)
{
    int64_t from = left->offsets[l], start = right->offsets[r];
    int64_t size = left->offsets[l + 1] - from, length = right->offsets[r + 1] - start;
    int64_t width = length + 1;
    const int32_t *one = left->codes[0] + from, *two = left->codes[1] + from;
    const int32_t *read = right->codes[0] + start, *read_two = right->codes[1] + start;
    const int32_t *read_three = right->codes[2] + start;
    for (int64_t i = 0; i <= size; i++)
        for (int64_t j = 0; j <= length; j++) {
            float *cell = cells + i * width + j;
            float best = i || j ? -INFINITY : 0.0f;
            if (i >= 1 && j >= 1)
                best = better(best, cell[-width - 1], &steps[ONE_ONE], one[i - 1], read[j - 1]);
            if (i >= 1 && j >= 2)
                best = better(best, cell[-width - 2], &steps[ONE_TWO], one[i - 1], read_two[j - 2]);
            if (i >= 1 && j >= 3)
                best = better(best, cell[-width - 3], &steps[ONE_THREE], one[i - 1],
                              read_three[j - 3]);
            if (i >= 2 && j >= 1)
                best = better(best, cell[-2 * width - 1], &steps[TWO_ONE], two[i - 2], read[j - 1]);
            if (i >= 1)
                best = better(best, cell[-width], &steps[ONE_NONE], one[i - 1], 0);
            if (j >= 1)
                best = better(best, cell[-1], &steps[NONE_ONE], 0, read[j - 1]);
            *cell = best;
        }
    return cells[size * width + length];
}

/* The buffers and the bytes of their elements: offsets and codes of the left texts, of the right
 * ones; the numbers of the texts of each pair; the matrices; the scores, which are written. */
static const Py_ssize_t SIZES[] = {8, 4, 4, 8, 4, 4, 4, 8, 8, 4, 4, 4, 4, 4, 4, 4};
enum { RIGHT = 3, PAIRS = 7, STEPS = 9, SCORES = STEPS + SHAPES, BUFFERS };

/* Return the longest text's length, or -1 where offsets or codes lead out of their arrays. */
static int64_t longest(const Py_buffer *texts, int kinds)
{
    const int64_t *offsets = texts[0].buf;
    int64_t count = texts[0].len / 8 - 1, most = 0;
    if (count < 0 || offsets[0] != 0)
        return -1;
    for (int64_t n = 0; n < count; n++) {
        int64_t length = offsets[n + 1] - offsets[n];
        if (length < 0)
            return -1;
        most = length > most ? length : most;
    }
    for (int kind = 1; kind <= kinds; kind++)
        if (texts[kind].len / 4 < offsets[count])
            return -1;
    return most;
}

static PyObject *score(PyObject *Py_UNUSED(module), PyObject *given)
{
    Py_buffer buffers[BUFFERS];
    PyObject *result = NULL;
    float *cells = NULL;
    int count = 0;
    if (!PyTuple_Check(given) || PyTuple_GET_SIZE(given) != BUFFERS)
        return PyErr_Format(PyExc_TypeError, "score takes %d buffers", BUFFERS);
    for (; count < BUFFERS; count++) {
        int flags = PyBUF_ND | PyBUF_C_CONTIGUOUS | (count == SCORES ? PyBUF_WRITABLE : 0);
        if (PyObject_GetBuffer(PyTuple_GET_ITEM(given, count), &buffers[count], flags) < 0)
            goto done;
        if (buffers[count].itemsize != SIZES[count] ||
            (count >= STEPS && count < SCORES && buffers[count].ndim != 2)) {
            PyErr_Format(PyExc_ValueError, "buffer %d is of another type", count++);
            goto done;
        }
    }
    int64_t most_left = longest(buffers, 2), most_right = longest(buffers + RIGHT, 3);
    Py_ssize_t pairs = buffers[SCORES].len / 4;
    if (most_left < 0 || most_right < 0 || buffers[PAIRS].len / 8 != pairs ||
        buffers[PAIRS + 1].len / 8 != pairs) {
        PyErr_SetString(PyExc_ValueError, "texts and pairs don't belong together");
        goto done;
    }
    cells = malloc((size_t)(most_left + 1) * (size_t)(most_right + 1) * sizeof *cells);
    if (!cells) {
        PyErr_NoMemory();
        goto done;
    }
    Texts left = {buffers[0].buf, {buffers[1].buf, buffers[2].buf, NULL}};
    Texts right = {buffers[RIGHT].buf,
                   {buffers[RIGHT + 1].buf, buffers[RIGHT + 2].buf, buffers[RIGHT + 3].buf}};
    const int64_t *of_left = buffers[PAIRS].buf, *of_right = buffers[PAIRS + 1].buf;
    float *scores = buffers[SCORES].buf;
    Matrix steps[SHAPES];
    for (int n = 0; n < SHAPES; n++)
        steps[n] = (Matrix){buffers[STEPS + n].buf, buffers[STEPS + n].shape[1]};
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t n = 0; n < pairs; n++)
        scores[n] = best_path(steps, &left, of_left[n], &right, of_right[n], cells);
    Py_END_ALLOW_THREADS
    result = Py_NewRef(Py_None);
done:
    free(cells);
    while (count-- > 0)
        PyBuffer_Release(&buffers[count]);
    return result;
}

static PyMethodDef METHODS[] = {{"score", score, METH_VARARGS, "score(*buffers)"},
                                {NULL, NULL, 0, NULL}};

static struct PyModuleDef MODULE = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "_edits", .m_methods = METHODS};

PyMODINIT_FUNC PyInit__edits(void)
{
    return PyModuleDef_Init(&MODULE);
}
