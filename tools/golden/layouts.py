"""From this project's layouts to PyTorch's. Being views, they carry gradients the other way."""


def images(x):
    """[N, H, W, C] -> [N, C, H, W]"""
    return x.permute(0, 3, 1, 2)


def images_back(x):
    """[N, C, H, W] -> [N, H, W, C]"""
    return x.permute(0, 2, 3, 1)


def filters(weight):
    """[R, S, C/G, K] -> [K, C/G, R, S]"""
    return weight.permute(3, 2, 0, 1)


def border(padding):
    """[top, right, bottom, left] -> what torch.nn.functional.pad takes"""
    top, right, bottom, left = padding
    return (left, right, top, bottom)
