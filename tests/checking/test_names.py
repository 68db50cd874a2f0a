"""What the parts of a result are called."""

from samples import affine_backward, layers_gradients, softmax

from course.checking.names import Names, returned_names


def one_call(f):
    def draws(x):
        return f(x), x

    return draws


def test_parts_are_named_by_the_return_line_or_the_docstring():
    assert returned_names(affine_backward).parts == ("dx", "dW", "db")
    assert returned_names(layers_gradients).parts == ("loss", "grads")
    assert returned_names(one_call(abs)).parts == ()
    assert returned_names(softmax) == Names()
